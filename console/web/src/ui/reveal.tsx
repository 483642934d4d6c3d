// Asking for personal data: with a reason, which goes to the audit log, and until one leaves or hides it again.
import type { Reveal } from "../api/client";
import { whoami } from "../api/session";
import { mayReveal } from "../model/permissions";
import { askToAct } from "./action_dialog";

interface RevealProps {
  shown: Reveal | null;
  what: string;
  /** Fetches with the reason; what it refuses is shown in the dialog. */
  reveal: (reveal: Reveal) => Promise<void>;
  hide: () => void;
}

export function RevealButton({ shown, what, reveal, hide }: RevealProps) {
  if (shown) {
    return (
      <button type="button" class="small warn" data-testid="hide" onClick={hide}>
        Hide personal data
      </button>
    );
  }
  if (!mayReveal(whoami.value)) return <span class="soft">Texts, names and numbers are kept back.</span>;
  return (
    <button
      type="button"
      class="small"
      data-testid="reveal"
      onClick={() =>
        askToAct({
          title: `Show personal data of ${what}`,
          explains: "Texts, names and phone numbers are shown on this page until you leave it. Who looked, when and why is written to the audit log.",
          verb: "Show",
          run: async (reason) => {
            await reveal({ reason });
            return null;
          },
        })
      }
    >
      Reveal…
    </button>
  );
}
