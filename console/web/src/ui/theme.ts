import { effect, signal } from "@preact/signals";

export type Theme = "system" | "light" | "dark";

const key = "wakala.theme";
const dark = matchMedia("(prefers-color-scheme: dark)");
const stored = localStorage.getItem(key);

export const theme = signal<Theme>(stored === "light" || stored === "dark" ? stored : "system");
const systemIsDark = signal(dark.matches);
/** Counts changes of what is seen, for what is painted rather than styled. */
export const appearance = signal<"light" | "dark">("light");

dark.addEventListener("change", (event) => (systemIsDark.value = event.matches));

effect(() => {
  const chosen = theme.value;
  const root = document.documentElement;
  if (chosen === "system") {
    delete root.dataset.theme;
    localStorage.removeItem(key);
  } else {
    root.dataset.theme = chosen;
    localStorage.setItem(key, chosen);
  }
  appearance.value = chosen === "system" ? (systemIsDark.value ? "dark" : "light") : chosen;
});

export function nextTheme(): void {
  theme.value = theme.value === "system" ? "dark" : theme.value === "dark" ? "light" : "system";
}
