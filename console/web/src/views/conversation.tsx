// One conversation: what was said, and beside it what the conversation keeps in mind.
import { useRef, useState } from "preact/hooks";
import { getActor, getTranscript, type Reveal } from "../api/client";
import type { ActorDetail, Message } from "../api/types";
import * as format from "../model/format";
import { shortName } from "../model/ids";
import { isHidden } from "../model/redaction";
import { linkTo, linkToTrace } from "../model/routes";
import { ActorActions } from "../ui/actor_actions";
import { now } from "../ui/clock";
import { Empty, Heading, Loading, Redacted, State } from "../ui/parts";
import { usePolled } from "../ui/polled";
import { Problem } from "../ui/problem";
import { RevealButton } from "../ui/reveal";
import { StateTree } from "../ui/state_tree";
import { ActorFacts, Path } from "./actor_facts";

const pagesMax = 10;

/** The newest messages: the daemon gives the oldest first, so the pages are walked to their end, from where we were. */
function useTranscript(id: string, shown: Reveal | null) {
  const kept = useRef<{ before: Message[]; cursor: string | null }>({ before: [], cursor: null });
  const key = `${id} ${shown ? "revealed" : ""}`;
  const lastKey = useRef(key);
  if (lastKey.current !== key) {
    lastKey.current = key;
    kept.current = { before: [], cursor: null };
  }
  return usePolled(
    key,
    async () => {
      let more: string | null = null;
      for (let page = 0; page < pagesMax; page += 1) {
        const got = await getTranscript(id, kept.current.cursor, shown);
        if (lastKey.current !== key) return { messages: got.messages, more: null };
        if (!got.next || got.messages.length === 0) return { messages: [...kept.current.before, ...got.messages], more: null };
        kept.current = { before: [...kept.current.before, ...got.messages].slice(-600), cursor: got.next };
        more = got.next;
      }
      return { messages: kept.current.before, more };
    },
    // Revealing is audited each time: it is asked for once.
    shown ? 0 : 3_000,
  );
}

/** By what its trace is asked for: a reply's own id leads to the message that it answers. */
function traceIdOf(message: Message): string | null {
  const id = message.direction === "in" ? (message.wamid ?? null) : message.id;
  return isHidden(id) ? null : id;
}

function Bubble({ message, tenant }: { message: Message; tenant: string | null }) {
  const traced = traceIdOf(message);
  return (
    <li class={`bubble ${message.direction}`} data-testid={`message-${message.direction}`}>
      <p>{message.text ? <Redacted text={message.text} /> : <em>{message.type}</em>}</p>
      <footer>
        <span>{message.type}</span>
        <time dateTime={message.at}>{format.clock(message.at, now.value)}</time>
        {message.direction === "out" && message.status && <State of={message.status} />}
        {traced !== null && (
          <a href={linkToTrace(traced, tenant)} data-testid="trace-link">
            {message.direction === "in" ? "trace" : "trace of what it answers"}
          </a>
        )}
      </footer>
    </li>
  );
}

function Transcript({ id, tenant, shown }: { id: string; tenant: string | null; shown: Reveal | null }) {
  const { data, error } = useTranscript(id, shown);
  return (
    <section class="panel" aria-labelledby="transcript-title">
      <h2 id="transcript-title">Transcript</h2>
      <Problem error={error} stale={data !== null} />
      {!data && !error && <Loading />}
      {data?.messages.length === 0 && <Empty>Nothing was said yet.</Empty>}
      {data && data.messages.length > 0 && (
        <ol class="transcript" data-testid="transcript" tabIndex={0} aria-label="Messages, the newest first">
          {[...data.messages].reverse().map((message) => (
            <Bubble key={message.position} message={message} tenant={tenant} />
          ))}
        </ol>
      )}
    </section>
  );
}

export function Conversation({ id }: { id: string }) {
  // What was revealed is kept as it came: each look is audited, so it is not asked for again and again.
  const [opened, setOpened] = useState<{ reveal: Reveal; detail: ActorDetail } | null>(null);
  const polled = usePolled(`${id} ${opened ? "revealed" : ""}`, () => (opened ? Promise.resolve(opened.detail) : getActor(id, null)), opened ? 0 : 2_000);
  const { error, refresh } = polled;
  const data = opened?.detail ?? polled.data;
  const shown = opened?.reveal ?? null;
  const actor = data?.actor;
  return (
    <>
      {data && <Path path={data.path} last={id} />}
      <Heading title={shortName(id)}>
        {actor && <State of={actor.state} />}
        {actor && <ActorActions actor={actor} after={refresh} />}
        {data && (
          <RevealButton
            shown={shown} what={shortName(id)} hide={() => setOpened(null)}
            reveal={async (reveal) => {
              setOpened({ reveal, detail: await getActor(id, reveal) });
            }}
          />
        )}
      </Heading>
      <Problem error={error} stale={data !== null} />
      {actor ? (
        <>
          <p class="facts soft">
            <code>{actor.id}</code> of <a href={linkTo("top", "", { kind: "conversation", tenant: actor.tenant })}>{actor.tenant}</a> on node {actor.node},{" "}
            {actor.shard}
          </p>
          <ActorFacts actor={actor} />
          <div class="two-columns">
            <Transcript id={id} tenant={actor.tenant} shown={shown} />
            <section class="panel" aria-labelledby="state-title" data-testid="state">
              <h2 id="state-title">State</h2>
              {data.state ? <StateTree value={data.state} /> : <Empty>There is no state to show.</Empty>}
            </section>
          </div>
        </>
      ) : (
        !error && <Loading />
      )}
    </>
  );
}
