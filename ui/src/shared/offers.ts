import { createContext, useContext, useId, useLayoutEffect, useSyncExternalStore } from "react";

import { ACTIONS, type ActionName } from "./actions";
import { pressed } from "./shortcuts";

/** An action as it stands now, under the name that the table has for it or under a better one. */
export type Offer = (() => void) | Offered;

export interface Offered {
  /** What it is called now: “Unmute”. */
  readonly what: string;
  readonly run: () => void;
  /** Why it is not possible, if so. */
  readonly whyNot?: string | undefined;
  /** It has just come in the place of something else, for which a press may have been meant. */
  readonly tooSoon?: boolean;
}

export function offered(what: string, run: () => void, whyNot?: string): Offered {
  return { what, run, whyNot };
}

/** What a part of the window offers; several of a kind where there are several things to do it to. */
export type OffersNow = Partial<Record<ActionName, Offer | readonly Offer[]>>;

/** An action as the palette lists it. */
export interface Listed {
  readonly name: ActionName;
  /** Which of several of the same name. */
  readonly index: number;
  /** What it is called now; none where the table says enough. */
  readonly what: string | null;
  readonly possible: boolean;
  /** Why it is not possible; none where the table says enough. */
  readonly whyNot: string | null;
}

/** What can be done in the window now, whoever asks for it: keys or the palette. */
export class Offers {
  /** Every action in the order of the table; another list whenever one looks different. */
  listed: readonly Listed[] = list(new Map());

  private readonly places = new Map<string, OffersNow>();
  private readonly listeners = new Set<() => void>();

  /** What is offered at a place of the window, in place of what was. */
  put(place: string, offers: OffersNow): void {
    this.places.set(place, offers);
    this.look();
  }

  take(place: string): void {
    this.places.delete(place);
    this.look();
  }

  /** Does it, if it is possible at this moment, and says whether it was. */
  run(name: ActionName, index = 0): boolean {
    const offer = possible(offersOf(this.places, name))[index];
    if (offer === undefined) {
      return false;
    }
    (typeof offer === "function" ? offer : offer.run)();
    return true;
  }

  /** Goes by the keys until the returned function is called. What is not possible is left alone. */
  listen(): () => void {
    const onKey = (event: KeyboardEvent) => {
      if (!event.repeat && pressed(event).some((shortcut) => this.run(shortcut))) {
        event.preventDefault();
      }
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private look(): void {
    const now = list(this.places);
    // Offers are made anew whenever something is drawn; most of the time they look the same.
    if (JSON.stringify(now) !== JSON.stringify(this.listed)) {
      this.listed = now;
      for (const listener of this.listeners) {
        listener();
      }
    }
  }
}

export const OffersContext = createContext(new Offers());

/** Offers actions for as long as the component is in the window. */
export function useOffers(offers: OffersNow): void {
  const all = useContext(OffersContext);
  const place = useId();
  useLayoutEffect(() => all.put(place, offers));
  useLayoutEffect(() => () => all.take(place), [all, place]);
}

/** Everything that has a name, always as it stands now. */
export function useListed(): readonly Listed[] {
  const all = useContext(OffersContext);
  return useSyncExternalStore(all.subscribe, () => all.listed);
}

function possible(offers: readonly Offer[]): readonly Offer[] {
  return offers.filter((offer) => typeof offer === "function" || (offer.whyNot === undefined && offer.tooSoon !== true));
}

function offersOf(places: ReadonlyMap<string, OffersNow>, name: ActionName): readonly Offer[] {
  return [...places.values()].flatMap((offers) => offers[name] ?? []);
}

function list(places: ReadonlyMap<string, OffersNow>): readonly Listed[] {
  return ACTIONS.flatMap((name): Listed[] => {
    const offers = offersOf(places, name);
    const now = possible(offers);
    if (now.length > 0) {
      return now.map((offer, index) => ({
        name,
        index,
        what: typeof offer === "function" ? null : offer.what,
        possible: true,
        whyNot: null,
      }));
    }
    const barred = offers.find((offer) => typeof offer !== "function");
    return [{ name, index: 0, what: barred?.what ?? null, possible: false, whyNot: barred?.whyNot ?? null }];
  });
}
