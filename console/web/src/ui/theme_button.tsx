import { nextTheme, theme } from "./theme";

const names = { system: "as the system", light: "light", dark: "dark" } as const;
const marks = { system: "◐", light: "☀", dark: "☾" } as const;

export function ThemeButton() {
  return (
    <button type="button" class="plain" data-testid="theme" aria-label={`Colours: ${names[theme.value]}. Change`} title={`Colours: ${names[theme.value]}`} onClick={nextTheme}>
      <span aria-hidden="true">{marks[theme.value]}</span>
    </button>
  );
}
