import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError, getWhoami } from "../api/client";
import { keepToken, loginNotice } from "../api/session";
import { Logo } from "../ui/logo";
import { Problem } from "../ui/problem";
import { ThemeButton } from "../ui/theme_button";

export function LoginView() {
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  const logIn = (event: Event) => {
    event.preventDefault();
    const used = text.trim();
    if (busy || !used) return;
    setBusy(true);
    setError(null);
    getWhoami(used)
      .then((who) => keepToken(used, who))
      .catch((failure: unknown) => {
        setBusy(false);
        setError(failure instanceof ApiError ? failure : new ApiError(0, String(failure), "", ""));
        input.current?.select();
      });
  };
  return (
    <main class="login" id="main">
      <form onSubmit={logIn} class="panel" data-testid="login">
        <div class="login-head">
          <Logo />
          <h1 id="title">Wakala console</h1>
          <ThemeButton />
        </div>
        {loginNotice.value && <p role="status">{loginNotice.value}</p>}
        <label class="field">
          <span>Admin token</span>
          <input
            ref={input} type="password" name="token" required autoComplete="current-password" spellcheck={false} value={text} data-testid="token"
            aria-describedby="token-hint" onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        <p class="soft" id="token-hint">
          One of <code>admin.tokens</code> in the daemon's configuration. It is kept in this tab only, until you log out or close it.
        </p>
        <Problem error={error} />
        <button type="submit" class="primary" aria-disabled={busy} data-testid="log-in">
          {busy ? "Logging in…" : "Log in"}
        </button>
      </form>
    </main>
  );
}
