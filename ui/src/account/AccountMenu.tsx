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
import { useOffers, type Offer } from "../shared/offers";
import { Question } from "../shared/Question";
import { useWords } from "../words/words";
import { signInSays } from "./signInWords";

interface AccountMenuProps {
  signIns: readonly UiSignIn[];
  /** Calls are up: signing out is asked about. */
  inCall: boolean;
  /** A call rings, or something is asked: nothing may lie over it. */
  ringing: boolean;
}

/** Who is signed in, and the way out. */
export function AccountMenu({ signIns, inCall, ringing }: AccountMenuProps) {
  const styles = useStyles();
  const words = useWords();
  const { say } = words;
  const { act } = useAct();
  const [open, setOpen] = useState(false);
  const [asking, setAsking] = useState<UiSignIn | null>(null);
  // They go for good when a call rings.
  if (ringing && (open || asking !== null)) {
    setOpen(false);
    setAsking(null);
  }
  const signOut = (signIn: UiSignIn) => (inCall ? setAsking(signIn) : act({ do: "signOut", tenant: signIn.tenant }));
  const signInTo = ({ tenant }: UiSignIn) => act({ do: "signIn", tenant, deviceCode: false });
  const offer = (state: UiSignIn["state"], run: (signIn: UiSignIn) => void, id: "account.signInTo" | "account.signOutOf"): readonly Offer[] =>
    signIns
      .filter((signIn) => signIn.state === state)
      .map((signIn) =>
        signIn.customer === null ? () => run(signIn) : { run: () => run(signIn), what: say(id, { customer: signIn.customer }) },
      );
  useOffers({
    signIn: offer("signedOut", signInTo, "account.signInTo"),
    signOut: offer("signedIn", signOut, "account.signOutOf"),
  });
  return (
    <>
      <Menu open={open} onOpenChange={(_, data) => setOpen(data.open && !ringing)} positioning="below-end">
        <MenuTrigger disableButtonEnhancement>
          <Tooltip content={say("account.whoIsSignedIn")} relationship="label">
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
                    <span className={styles.name}>{signIn.name ?? signInSays(words, signIn)}</span>
                    {signIn.username !== null && <span>{signIn.username}</span>}
                  </MenuGroupHeader>
                  {signIn.state === "signedIn" ? (
                    <MenuItem
                      icon={<SignOut20Regular />}
                      onClick={() => signOut(signIn)}
                    >
                      {say("account.signOut")}
                    </MenuItem>
                  ) : signIn.state === "signedOut" ? (
                    <MenuItem
                      icon={<PersonKey20Regular />}
                      onClick={() => signInTo(signIn)}
                    >
                      {say("account.signIn")}
                    </MenuItem>
                  ) : null}
                </MenuGroup>
              </Fragment>
            ))}
          </MenuList>
        </MenuPopover>
      </Menu>
      <Question open={asking !== null} onClose={() => setAsking(null)}>
        <DialogTitle>{say("account.signOutInCall.title")}</DialogTitle>
        <DialogContent>{say("account.signOutInCall.text")}</DialogContent>
        <DialogActions>
          <Button appearance="primary" onClick={() => setAsking(null)}>
            {say("account.staySignedIn")}
          </Button>
          <Button
            onClick={() => {
              if (asking !== null) {
                act({ do: "signOut", tenant: asking.tenant });
              }
              setAsking(null);
            }}
          >
            {say("account.signOut")}
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
