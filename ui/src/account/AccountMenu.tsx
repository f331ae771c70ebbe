import {
  Button,
  DialogActions,
  DialogContent,
  DialogTitle,
  Menu,
  MenuDivider,
  MenuGroup,
  MenuGroupHeader,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
  makeStyles,
  tokens,
  Tooltip,
} from "@fluentui/react-components";
import { PersonKey20Regular } from "@fluentui/react-icons/svg/person-key";
import { SignOut20Regular } from "@fluentui/react-icons/svg/sign-out";
import { Fragment, useState } from "react";

import { useAct } from "../host/HostContext";
import type { UiSignIn } from "../ipc/bindings";
import { Question } from "../shared/Question";

interface AccountMenuProps {
  signIns: readonly UiSignIn[];
  /** Calls are up: signing out is asked about. */
  inCall: boolean;
  /** A call rings: nothing may lie over it. */
  ringing: boolean;
}

/** Who is signed in, and the way out. */
export function AccountMenu({ signIns, inCall, ringing }: AccountMenuProps) {
  const styles = useStyles();
  const { act } = useAct();
  const [open, setOpen] = useState(false);
  const [asking, setAsking] = useState<UiSignIn | null>(null);
  // They go for good when a call rings.
  if (ringing && (open || asking !== null)) {
    setOpen(false);
    setAsking(null);
  }
  return (
    <>
      <Menu open={open} onOpenChange={(_, data) => setOpen(data.open && !ringing)} positioning="below-end">
        <MenuTrigger disableButtonEnhancement>
          <Tooltip content="Who is signed in" relationship="label">
            <Button appearance="subtle" icon={<PersonKey20Regular />} />
          </Tooltip>
        </MenuTrigger>
        <MenuPopover>
          <MenuList>
            {signIns.map((signIn, index) => (
              <Fragment key={signIn.tenant}>
                {index > 0 && <MenuDivider />}
                <MenuGroup>
                  <MenuGroupHeader className={styles.who}>
                    {signIn.customer !== null && <span>{signIn.customer}</span>}
                    <span className={styles.name}>{signIn.name ?? signIn.words}</span>
                    {signIn.username !== null && <span>{signIn.username}</span>}
                  </MenuGroupHeader>
                  {signIn.state === "signedIn" ? (
                    <MenuItem
                      icon={<SignOut20Regular />}
                      onClick={() => (inCall ? setAsking(signIn) : act({ do: "signOut", tenant: signIn.tenant }))}
                    >
                      Sign out
                    </MenuItem>
                  ) : signIn.state === "signedOut" ? (
                    <MenuItem
                      icon={<PersonKey20Regular />}
                      onClick={() => act({ do: "signIn", tenant: signIn.tenant, deviceCode: false })}
                    >
                      Sign in
                    </MenuItem>
                  ) : null}
                </MenuGroup>
              </Fragment>
            ))}
          </MenuList>
        </MenuPopover>
      </Menu>
      <Question open={asking !== null} onClose={() => setAsking(null)}>
        <DialogTitle>Sign out in the middle of a call?</DialogTitle>
        <DialogContent>Your call goes on until it ends. After that nobody can call you until you sign in again.</DialogContent>
        <DialogActions>
          <Button appearance="primary" onClick={() => setAsking(null)}>
            Stay signed in
          </Button>
          <Button
            onClick={() => {
              if (asking !== null) {
                act({ do: "signOut", tenant: asking.tenant });
              }
              setAsking(null);
            }}
          >
            Sign out
          </Button>
        </DialogActions>
      </Question>
    </>
  );
}

const useStyles = makeStyles({
  who: {
    display: "flex",
    flexDirection: "column",
    height: "auto",
    paddingBlock: tokens.spacingVerticalXS,
    overflowWrap: "anywhere",
    lineHeight: tokens.lineHeightBase200,
    fontWeight: tokens.fontWeightRegular,
  },
  name: {
    fontWeight: tokens.fontWeightSemibold,
    color: tokens.colorNeutralForeground1,
  },
});
