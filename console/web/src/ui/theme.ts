import { effect, signal } from "@preact/signals";

export type Theme = "system" | "light" | "dark";

const key = "wakala.theme";
const dark = matchMedia("(prefers-color-scheme: dark)");
const stored = localStorage.getItem(key);

export const theme = signal<Theme>(stored === "light" || stored === "dark" ? stored : "system");
const systemIsDark = signal(dark.matches);
/** The theme that is seen, whoever has chosen it; also for what is painted rather than styled. */
export const appearance = signal<"light" | "dark">("light");

dark.addEventListener("change", (event) => (systemIsDark.value = event.matches));

effect(() => {
  const chosen = theme.value;
  if (chosen === "system") localStorage.removeItem(key);
  else localStorage.setItem(key, chosen);
  appearance.value = chosen === "system" ? (systemIsDark.value ? "dark" : "light") : chosen;
  document.documentElement.dataset.theme = appearance.value;
});

export function nextTheme(): void {
  theme.value = theme.value === "system" ? "dark" : theme.value === "dark" ? "light" : "system";
}
