// What a page of any actor shows: where it is, its figures, and how busy it has been.
import { useRef } from "preact/hooks";
import type { Actor, ActorDetail } from "../api/types";
import { ActorTrack } from "../model/actor_rates";
import * as format from "../model/format";
import { shortName } from "../model/ids";
import { meanOf } from "../model/rates";
import { linkTo } from "../model/routes";
import { now } from "../ui/clock";
import { ActorLink, Tile } from "../ui/parts";
import { TimeChart } from "../ui/time_chart";

export function Path({ path, last }: { path: ActorDetail["path"]; last: string }) {
  return (
    <nav class="path" aria-label="Where it is">
      <ol>
        <li>
          <a href={linkTo("actors")}>Actors</a>
        </li>
        {path
          .filter((actor) => actor.id !== last)
          .map((actor) => (
            <li key={actor.id}>
              <ActorLink id={actor.id} />
            </li>
          ))}
        <li aria-current="page">{shortName(last)}</li>
      </ol>
    </nav>
  );
}

export function ActorFacts({ actor }: { actor: Actor }) {
  return (
    <dl class="tiles">
      <Tile name="Messages" value={format.count(actor.messages)} />
      <Tile name="Mailbox" value={format.count(actor.mailbox)} />
      <Tile name="Mean wait" value={format.duration(meanOf(actor.waiting_us, actor.messages))} note={`longest ${format.duration(actor.waiting_max_us)}`} />
      <Tile name="Mean handling" value={format.duration(meanOf(actor.handling_us, actor.messages))} />
      <Tile name="Memory" value={format.bytes(actor.bytes)} />
      <Tile name="Last active" value={format.ago(actor.last_activity, now.value)} />
    </dl>
  );
}

/** How busy it is, since its page was opened. */
export function ActorChart({ actor }: { actor: Actor }) {
  const track = useRef(new ActorTrack());
  const last = useRef<Actor | null>(null);
  if (last.current !== actor) {
    last.current = actor;
    track.current.add(Date.now(), actor);
  }
  const { samples } = track.current;
  const times = samples.map((sample) => sample.at / 1000);
  return (
    <div class="charts">
      <TimeChart title="Messages" times={times} format={format.rate} series={[{ title: "messages", line: 1, values: samples.map((sample) => sample.messages) }]} />
      <TimeChart
        title="Of a message" times={times} format={format.duration}
        series={[
          { title: "waiting", line: 3, values: samples.map((sample) => sample.waiting) },
          { title: "handling", line: 1, values: samples.map((sample) => sample.handling) },
        ]}
      />
    </div>
  );
}
