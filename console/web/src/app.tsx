// The frame: head, navigation, and the view that the address names.
import type { ComponentType } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { connection, heardAt, leave, startLive, stopLive } from "./api/live";
import { getWhoami } from "./api/client";
import { token, whoami } from "./api/session";
import * as format from "./model/format";
import { mayAct } from "./model/permissions";
import { home, linkTo } from "./model/routes";
import { ActionDialog } from "./ui/action_dialog";
import { now } from "./ui/clock";
import { Logo } from "./ui/logo";
import { Notices } from "./ui/notices";
import { route } from "./ui/router";
import { SearchBox } from "./ui/search_box";
import { ThemeButton } from "./ui/theme_button";
import { ActorsView } from "./views/actors";
import { AuditView } from "./views/audit";
import { BulkView } from "./views/bulk";
import { FindView } from "./views/find";
import { LettersView } from "./views/letters";
import { LoginView } from "./views/login";
import { MapView } from "./views/map";
import { OverviewView } from "./views/overview";
import { ShardsView } from "./views/shards";
import { TopView } from "./views/top";
import { TraceView } from "./views/trace";

interface View {
  title: string;
  show: ComponentType;
  /** Left out of the navigation when it says so. */
  hidden?: () => boolean;
}

const views: Record<string, View> = {
  overview: { title: "Overview", show: OverviewView },
  map: { title: "Map", show: MapView },
  actors: { title: "Actors", show: ActorsView },
  shards: { title: "Shards", show: ShardsView },
  top: { title: "Top", show: TopView },
  trace: { title: "Traces", show: TraceView },
  letters: { title: "Dead letters", show: LettersView },
  bulk: { title: "Act on many", show: BulkView, hidden: () => !mayAct(whoami.value) },
  audit: { title: "Audit log", show: AuditView },
  find: { title: "Search", show: FindView, hidden: () => true },
};

const connectionTexts = { connecting: "connecting", live: "live", polling: "polling", lost: "no connection" } as const;

function ConnectionMark() {
  const state = connection.value;
  const silent = heardAt.value > 0 && now.value - heardAt.value > 3_500;
  const text = state === "lost" || silent ? `${connectionTexts[state]}, last heard ${format.span((now.value - heardAt.value) / 1000)} ago` : connectionTexts[state];
  return (
    <span class="connection" data-testid="connection" data-state={state} role="status">
      <span class="dot" aria-hidden="true" />
      {heardAt.value === 0 && state === "lost" ? "no connection" : text}
    </span>
  );
}

function Navigation({ open, close }: { open: boolean; close: () => void }) {
  return (
    <nav class={`side ${open ? "open" : ""}`} id="navigation" aria-label="Console">
      <ul>
        {Object.entries(views)
          .filter(([, view]) => !view.hidden?.())
          .map(([key, view]) => (
            <li key={key}>
              <a href={linkTo(key)} onClick={close} {...(route.value.view === key ? { "aria-current": "page" as const } : {})}>
                {view.title}
              </a>
            </li>
          ))}
      </ul>
      <p class="about">
        <a href="licenses.txt" target="_blank" rel="noreferrer">
          licences of libraries
        </a>
      </p>
    </nav>
  );
}

function Head({ menu, toggle }: { menu: boolean; toggle: () => void }) {
  const who = whoami.value;
  return (
    <header class="head">
      <button type="button" class="plain menu" aria-expanded={menu} aria-controls="navigation" aria-label="Menu" onClick={toggle} data-testid="menu">
        <span aria-hidden="true">☰</span>
      </button>
      <a class="brand" href={linkTo(home)} aria-label="Wakala console: overview">
        <Logo />
        <span>Wakala</span>
      </a>
      <SearchBox />
      <ConnectionMark />
      <span class="who" data-testid="who" title={who?.operator ? "operator" : `tenants: ${who?.tenants.join(", ") ?? ""}`}>
        {who?.name ?? ""}
      </span>
      <ThemeButton />
      <button type="button" class="small" data-testid="log-out" onClick={() => leave("You have logged out.")}>
        Log out
      </button>
    </header>
  );
}

function Console() {
  const [menu, setMenu] = useState(false);
  const view = views[route.value.view];
  const place = `${route.value.view} ${route.value.argument}`;
  const first = useRef(true);
  useEffect(() => {
    startLive();
    return stopLive;
  }, []);
  // As after the load of a page: those who do not see hear the title, and Tab begins at the content.
  useEffect(() => {
    document.title = `${view?.title ?? "Not found"} – Wakala console`;
    if (first.current) {
      first.current = false;
      return;
    }
    scrollTo(0, 0);
    document.getElementById("title")?.focus({ preventScroll: true });
  }, [place]);
  const Shown = view?.show;
  return (
    <>
      <a class="skip" href="#main" onClick={(event) => { event.preventDefault(); document.getElementById("main")?.focus(); }}>
        Skip to the content
      </a>
      <Head menu={menu} toggle={() => setMenu(!menu)} />
      <div class="body">
        <Navigation open={menu} close={() => setMenu(false)} />
        <main id="main" tabIndex={-1}>
          {Shown ? <Shown /> : <p class="empty">There is no view “{route.value.view}”. <a href={linkTo(home)}>To the overview</a></p>}
        </main>
      </div>
      <Notices />
      <ActionDialog />
    </>
  );
}

/** After a reload the token is there, but who it is has to be asked again. */
function useWhoami() {
  const known = whoami.value !== null;
  const used = token.value;
  useEffect(() => {
    if (known || used === null) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = () => {
      getWhoami(used).then(
        (who) => (whoami.value = who),
        (failure: unknown) => {
          if ((failure as { status?: number }).status === 401) leave("The token is no longer accepted. Log in again.");
          else timer = setTimeout(ask, 2_000);
        },
      );
    };
    ask();
    return () => clearTimeout(timer);
  }, [known, used]);
  return known;
}

export function App() {
  const known = useWhoami();
  if (token.value === null) return <LoginView />;
  if (!known) {
    return (
      <main class="login" id="main">
        <p role="status">Asking the daemon who this token is…</p>
        <button type="button" onClick={() => leave()}>
          Log out
        </button>
      </main>
    );
  }
  return <Console key={token.value} />;
}
