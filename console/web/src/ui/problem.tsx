import type { ApiError } from "../api/client";

const meant: Record<number, string> = {
  0: "Is the daemon running, and can this browser reach its admin listener?",
  403: "This token may not do that.",
  404: "It is not there, or not yours to see.",
  409: "It cannot be done as things are now.",
  503: "The daemon cannot answer just now; it is asked again.",
};

/** What the daemon refused, in its own words, with what that means. */
export function Problem({ error, stale = false }: { error: ApiError | null; stale?: boolean }) {
  if (!error) return null;
  return (
    <div class="problem" role="alert" data-testid="problem" data-status={error.status}>
      <strong>{error.status ? `${error.status} ${error.title}` : error.title}</strong>
      {error.detail && <span> {error.field ? <code>{error.field}</code> : null} {error.detail}</span>}
      <span class="soft"> {stale ? "What is below may be old. " : ""}{meant[error.status] ?? ""}</span>
    </div>
  );
}
