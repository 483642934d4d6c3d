// Small pieces that every view uses.
import type { ComponentChildren } from "preact";
import { whoami } from "../api/session";
import { shortName } from "../model/ids";
import { maySeeActor } from "../model/permissions";
import { piecesOf } from "../model/redaction";
import { linkToActor } from "../model/routes";

export function Heading({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="heading">
      <h1 tabIndex={-1} id="title">
        {title}
      </h1>
      {children}
    </div>
  );
}

const calm = new Set(["serving", "open", "live", "owned", "read", "delivered", "sent", "accepted", "done", "up", "self", "received"]);
const bad = new Set(["gone", "unreachable", "down", "failed", "expired", "ambiguous", "refused"]);

/** A state as a word with a mark: never by colour alone. */
export function State({ of }: { of: string }) {
  const tone = calm.has(of) ? "good" : bad.has(of) ? "bad" : "warn";
  return <span class={`state ${tone}`}>{of}</span>;
}

/** A link to an actor, or its name where it is not for this token to see. */
export function ActorLink({ id, full = false }: { id: string; full?: boolean }) {
  if (!maySeeActor(whoami.value, id)) return <span title={id}>{full ? id : shortName(id)}</span>;
  return (
    <a href={linkToActor(id)} title={id}>
      {full ? id : shortName(id)}
    </a>
  );
}

/** Text of which some may be kept back. */
export function Redacted({ text }: { text: string }) {
  return (
    <>
      {piecesOf(text).map((piece, index) =>
        piece.hidden ? (
          <span key={index} class="hidden-text" title="Kept back: reveal it with a reason">
            <span aria-hidden="true">•••</span>
            <span class="for-readers">kept back</span>
          </span>
        ) : (
          <span key={index}>{piece.text}</span>
        ),
      )}
    </>
  );
}

/** A figure with its name; `tone` when it wants attention. */
export function Tile({ name, value, note = "", tone = "", testid }: { name: string; value: string; note?: string; tone?: string; testid?: string }) {
  return (
    <div class={`tile ${tone}`} data-testid={testid}>
      <dt>{name}</dt>
      <dd>
        {value}
        {note && <small>{note}</small>}
      </dd>
    </div>
  );
}

export function Empty({ children }: { children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}

export function Loading() {
  return (
    <p class="empty" role="status">
      Loading…
    </p>
  );
}

/** A region that may scroll sideways, by keyboard too. */
export function Scroll({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <div class="scroll" role="region" aria-label={label} tabIndex={0}>
      {children}
    </div>
  );
}
