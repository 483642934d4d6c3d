// Finding a conversation: by a shopper's number, a user id, a message id, an order's code, or part of an id.
import { useEffect } from "preact/hooks";
import { find } from "../api/client";
import type { Found } from "../api/types";
import { linkToActor, linkToTrace } from "../model/routes";
import { ActorLink, Heading, Loading } from "../ui/parts";
import { usePolled } from "../ui/polled";
import { Problem } from "../ui/problem";
import { goTo } from "../ui/router";
import { searched } from "../ui/search_box";
import { Table, type Column } from "../ui/table";

const byNames: Record<Found["by"], string> = { wamid: "message id", contact: "shopper", conversation: "conversation's id", order: "order" };

const columns: Column<Found>[] = [
  { key: "by", title: "Found by", value: (found) => byNames[found.by] },
  { key: "tenant", title: "Tenant", value: (found) => found.tenant },
  { key: "actor", title: "Conversation", value: (found) => found.actor, show: (found) => <ActorLink id={found.actor} /> },
  { key: "trace", title: "Trace", show: (found) => (found.wamid ? <a href={linkToTrace(found.wamid, found.tenant)}>open the trace</a> : "–") },
];

/** What was looked for may be a phone number: it is kept in memory, not in the address. */
export function FindView() {
  const text = searched.value;
  const { data, error } = usePolled(text, () => (text ? find(text, null) : Promise.resolve({ found: [] })), 0);
  const only = data?.found.length === 1 ? data.found[0] : undefined;
  useEffect(() => {
    if (!only) return;
    searched.value = "";
    goTo(only.by === "wamid" && only.wamid ? linkToTrace(only.wamid, only.tenant) : linkToActor(only.actor));
  }, [only]);
  return (
    <>
      <Heading title="Search" />
      {!text && <p class="soft">Type into the box at the top: a phone number, a user id, a message id, an order's code, or part of a conversation's id.</p>}
      <Problem error={error} />
      {text && !data && !error && <Loading />}
      {text && data && !only && (
        <>
          <p role="status" data-testid="find-count">
            {data.found.length === 0 ? "Nothing was found." : `${data.found.length} found`}
          </p>
          {data.found.length > 0 && <Table label="What was found" testid="found" columns={columns} rows={data.found} id={(found) => `${found.by} ${found.actor} ${found.wamid ?? ""}`} />}
        </>
      )}
    </>
  );
}
