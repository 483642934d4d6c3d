// Data that is asked for again and again while a view is open.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "../api/client";

export interface Polled<T> {
  data: T | null;
  error: ApiError | null;
  /** Asks at once. */
  refresh: () => void;
}

/**
 * Asks whenever `key` changes, and each `everyMs` (0: never again) while the page can be seen. What came last stays
 * beside an error; it is forgotten when `key` changes.
 */
export function usePolled<T>(key: string, ask: () => Promise<T>, everyMs: number): Polled<T> {
  const [state, setState] = useState<{ key: string; data: T | null; error: ApiError | null }>({ key, data: null, error: null });
  const latest = useRef(ask);
  latest.current = ask;
  const again = useRef<() => void>(() => undefined);

  useEffect(() => {
    let over = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let asking = 0;
    const later = () => {
      if (!over && everyMs > 0) timer = setTimeout(run, everyMs);
    };
    const run = () => {
      clearTimeout(timer);
      if (document.hidden && asking > 0) {
        later();
        return;
      }
      asking += 1;
      const mine = asking;
      latest.current().then(
        (data) => {
          if (over || mine !== asking) return;
          setState({ key, data, error: null });
          later();
        },
        (failure: unknown) => {
          if (over || mine !== asking) return;
          const error = failure instanceof ApiError ? failure : new ApiError(0, String(failure), "", "");
          setState((before) => ({ key, data: before.key === key ? before.data : null, error }));
          later();
        },
      );
    };
    again.current = run;
    run();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [key, everyMs]);

  const refresh = useCallback(() => again.current(), []);
  const current = state.key === key;
  return { data: current ? state.data : null, error: current ? state.error : null, refresh };
}
