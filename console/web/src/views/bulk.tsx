// One action on many conversations. It is tried dry first: what matches is shown before anything is done.
import { useState } from "preact/hooks";
import { actOnMany } from "../api/client";
import { whoami } from "../api/session";
import type { BulkAnswer, BulkFilter } from "../api/types";
import * as format from "../model/format";
import { mayAct } from "../model/permissions";
import { askToAct } from "../ui/action_dialog";
import { ActorLink, Heading } from "../ui/parts";
import { route } from "../ui/router";

const actions = ["passivate", "restart", "pause", "resume"];
const texts = ["tenant", "shard", "node"] as const;
const figures = ["min_mailbox", "min_bytes", "idle_seconds"] as const;

const names: Record<(typeof texts)[number] | (typeof figures)[number], string> = {
  tenant: "Tenant", shard: "Shard", node: "Node", min_mailbox: "At least so many in the mailbox", min_bytes: "At least so many bytes", idle_seconds: "Idle for so many seconds",
};

export function filterOf(values: Record<string, string>): BulkFilter {
  const filter: BulkFilter = {};
  for (const name of texts) {
    const text = values[name]?.trim();
    if (text) filter[name] = text;
  }
  for (const name of figures) {
    const text = values[name]?.trim();
    if (text && Number.isInteger(Number(text))) filter[name] = Number(text);
  }
  return filter;
}

function Answer({ answer, dry }: { answer: BulkAnswer; dry: boolean }) {
  return (
    <section class="panel" role="status" data-testid="bulk-answer">
      <h2>{dry ? `${format.count(answer.matched)} would be acted on` : `${format.count(answer.done)} done of ${format.count(answer.matched)}`}</h2>
      {answer.failed > 0 && <p class="problem">{format.count(answer.failed)} failed.</p>}
      {answer.sample.length > 0 && (
        <>
          <p class="soft">Some of them:</p>
          <ul class="plain-list">
            {answer.sample.map((id) => (
              <li key={id}>
                <ActorLink id={id} />
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

export function BulkView() {
  const { query } = route.value;
  const [action, setAction] = useState("passivate");
  const [values, setValues] = useState<Record<string, string>>({ tenant: query.tenant ?? "", node: query.node ?? "", shard: query.shard ?? "" });
  const [limit, setLimit] = useState("1000");
  const [answer, setAnswer] = useState<{ of: string; dry: boolean; answer: BulkAnswer } | null>(null);
  const filter = filterOf(values);
  const key = JSON.stringify([action, filter, limit]);
  const isEmpty = Object.keys(filter).length === 0;
  const tried = answer?.dry === true && answer.of === key ? answer.answer : null;
  if (!mayAct(whoami.value)) {
    return (
      <>
        <Heading title="Act on many" />
        <p class="empty">This token may not act on conversations.</p>
      </>
    );
  }
  const ask = (dry: boolean) =>
    askToAct({
      title: dry ? `Dry run: ${action}` : `${action} ${format.count(tried?.matched)} conversations`,
      explains: dry ? "Nothing is changed: the daemon says how many match." : `What matches now is acted on, ${limit} at most. Since the dry run more or fewer may match.`,
      verb: dry ? "Try" : `Do it: ${action}`,
      ...(dry ? {} : { confirm: `Yes, ${action} all that match` }),
      run: async (reason) => {
        const got = await actOnMany({ action, filter, dry_run: dry, reason, limit: Number(limit) });
        setAnswer({ of: key, dry, answer: got });
        return { text: dry ? `${format.count(got.matched)} match` : `${action}: ${format.count(got.done)} done, ${format.count(got.failed)} failed`, audit: got.audit };
      },
    });
  return (
    <>
      <Heading title="Act on many" />
      <form
        class="line" data-testid="bulk"
        onSubmit={(event) => {
          event.preventDefault();
          ask(true);
        }}
      >
        <label class="field">
          <span>Action</span>
          <select value={action} onChange={(event) => setAction(event.currentTarget.value)}>
            {actions.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
        {texts.map((name) => (
          <label key={name} class="field">
            <span>{names[name]}</span>
            <input type="text" value={values[name] ?? ""} autoComplete="off" spellcheck={false} onInput={(event) => setValues({ ...values, [name]: event.currentTarget.value })} />
          </label>
        ))}
        {figures.map((name) => (
          <label key={name} class="field">
            <span>{names[name]}</span>
            <input type="number" min={0} step={1} value={values[name] ?? ""} onInput={(event) => setValues({ ...values, [name]: event.currentTarget.value })} />
          </label>
        ))}
        <label class="field">
          <span>At most</span>
          <input type="number" required min={1} max={1000} step={1} value={limit} onInput={(event) => setLimit(event.currentTarget.value)} />
        </label>
        <button type="submit" class="primary" data-testid="dry-run" disabled={isEmpty}>
          Dry run
        </button>
        <button type="button" class="danger" data-testid="do-it" disabled={!tried || tried.matched === 0} onClick={() => ask(false)}>
          {tried ? `${action} ${format.count(tried.matched)}…` : "Do it…"}
        </button>
      </form>
      <p class="soft">{isEmpty ? "At least one condition is needed; without one it would mean everybody." : "All of the conditions must hold."}</p>
      {answer && <Answer answer={answer.answer} dry={answer.dry} />}
    </>
  );
}
