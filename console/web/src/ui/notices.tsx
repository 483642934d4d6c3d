// Short messages of what was done; they stay until they are closed or a while has passed.
import { signal } from "@preact/signals";

export interface Notice {
  n: number;
  text: string;
  link?: { to: string; text: string };
  bad: boolean;
}

const list = signal<Notice[]>([]);
let last = 0;

export function tell(text: string, options: { link?: { to: string; text: string }; bad?: boolean } = {}): void {
  last += 1;
  const notice: Notice = { n: last, text, bad: options.bad ?? false, ...(options.link ? { link: options.link } : {}) };
  list.value = [...list.value.slice(-3), notice];
  setTimeout(() => close(notice.n), options.bad ? 20_000 : 10_000);
}

function close(n: number): void {
  list.value = list.value.filter((one) => one.n !== n);
}

export function Notices() {
  return (
    <div class="notices" role="status" aria-live="polite" data-testid="notices">
      {list.value.map((notice) => (
        <div key={notice.n} class={`notice ${notice.bad ? "bad" : ""}`}>
          <span>{notice.text}</span>
          {notice.link && <a href={notice.link.to}>{notice.link.text}</a>}
          <button type="button" class="plain" aria-label="Close this message" onClick={() => close(notice.n)}>
            ×
          </button>
        </div>
      ))}
    </div>
  );
}
