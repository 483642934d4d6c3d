// Every action asks for a reason and shows what it will do before it is done. Refusals stay in the dialog, to be read.
import { signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "../api/client";
import { linkTo } from "../model/routes";
import { tell } from "./notices";
import { Problem } from "./problem";

export interface ActionField {
  name: string;
  label: string;
  value: string;
  /** Choose one of these; else it is a number in these bounds. */
  choices?: string[];
  min?: number;
  max?: number;
}

export interface ActionRequest {
  title: string;
  /** What will happen, in a sentence or two. */
  explains: string;
  verb: string;
  /** Asked to be ticked before it can be done. */
  confirm?: string;
  fields?: ActionField[];
  run: (reason: string, values: Record<string, string>) => Promise<{ text: string; audit?: number | null | undefined } | null>;
  after?: () => void;
}

const asked = signal<ActionRequest | null>(null);

export function askToAct(request: ActionRequest): void {
  asked.value = request;
}

/** A dialog that keeps the focus inside while it is open and gives it back afterwards. */
export function ActionDialog() {
  const request = asked.value;
  return request ? <OpenDialog key={request.title} request={request} /> : null;
}

function OpenDialog({ request }: { request: ActionRequest }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [reason, setReason] = useState("");
  const [values, setValues] = useState(() => Object.fromEntries((request.fields ?? []).map((field) => [field.name, field.value])));
  const [confirmed, setConfirmed] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);

  useEffect(() => {
    const before = document.activeElement;
    const open = dialog.current;
    open?.showModal();
    return () => {
      open?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
      else document.getElementById("title")?.focus();
    };
  }, []);

  const close = () => (asked.value = null);
  const submit = (event: Event) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setError(null);
    request
      .run(reason.trim(), values)
      .then((done) => {
        if (done) tell(done.text, done.audit ? { link: { to: linkTo("audit"), text: `audit entry ${done.audit}` } } : {});
        close();
        request.after?.();
      })
      .catch((failure: unknown) => setError(failure instanceof ApiError ? failure : new ApiError(0, String(failure), "", "")))
      .finally(() => setBusy(false));
  };

  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="dialog-title" data-testid="action-dialog" onClose={close}>
      <form onSubmit={submit}>
        <h2 id="dialog-title">{request.title}</h2>
        <p>{request.explains}</p>
        {(request.fields ?? []).map((field) => (
          <label key={field.name} class="field">
            <span>{field.label}</span>
            {field.choices ? (
              <select value={values[field.name]} onChange={(event) => setValues({ ...values, [field.name]: event.currentTarget.value })}>
                {field.choices.map((choice) => (
                  <option key={choice} value={choice}>
                    {choice}
                  </option>
                ))}
              </select>
            ) : (
              <input
                type="number"
                required
                min={field.min}
                max={field.max}
                value={values[field.name]}
                onInput={(event) => setValues({ ...values, [field.name]: event.currentTarget.value })}
              />
            )}
          </label>
        ))}
        <label class="field">
          <span>Reason, for the audit log</span>
          <input
            type="text"
            required
            maxLength={200}
            pattern=".*\S.*"
            autoComplete="off"
            autofocus
            data-testid="reason"
            value={reason}
            onInput={(event) => setReason(event.currentTarget.value)}
          />
        </label>
        {request.confirm && (
          <label class="tick">
            <input type="checkbox" required checked={confirmed} onChange={(event) => setConfirmed(event.currentTarget.checked)} data-testid="confirm" />
            <span>{request.confirm}</span>
          </label>
        )}
        <Problem error={error} />
        <div class="buttons">
          <button type="button" onClick={close}>
            Cancel
          </button>
          <button type="submit" class={request.confirm ? "danger" : "primary"} aria-disabled={busy} data-testid="do">
            {busy ? "Working…" : request.verb}
          </button>
        </div>
      </form>
    </dialog>
  );
}
