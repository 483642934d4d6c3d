// Who is logged in. The token is kept for this tab only and goes nowhere but into the Authorization header.
import { signal } from "@preact/signals";
import type { Whoami } from "./types";

const key = "wakala.token";

export const token = signal<string | null>(sessionStorage.getItem(key));
export const whoami = signal<Whoami | null>(null);
/** Why the login is asked for again. */
export const loginNotice = signal("");

export function keepToken(value: string, who: Whoami): void {
  sessionStorage.setItem(key, value);
  whoami.value = who;
  loginNotice.value = "";
  token.value = value;
}

export function logOut(notice = ""): void {
  sessionStorage.removeItem(key);
  token.value = null;
  whoami.value = null;
  loginNotice.value = notice;
}
