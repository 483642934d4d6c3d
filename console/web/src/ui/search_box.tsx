import { signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { linkTo } from "../model/routes";
import { goTo } from "./router";

export const searched = signal("");

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName));

/** The search of the head: `/` leads to it from anywhere. */
export function SearchBox() {
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "/" || event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target) || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      input.current?.focus();
      input.current?.select();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  const search = (event: Event) => {
    event.preventDefault();
    if (!text.trim()) return;
    searched.value = text.trim();
    setText("");
    goTo(linkTo("find"));
  };
  return (
    <form class="search" role="search" onSubmit={search}>
      <label class="for-readers" for="search">
        Search by phone number, message id, order or conversation
      </label>
      <input
        ref={input} id="search" type="search" value={text} autoComplete="off" spellcheck={false} placeholder="Number, message id, order…   /"
        data-testid="search" onInput={(event) => setText(event.currentTarget.value)}
      />
    </form>
  );
}
