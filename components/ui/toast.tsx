'use client';

import { createContext, type ReactNode, useCallback, useContext, useRef, useState } from 'react';

type ToastAction = { readonly label: string; readonly run: () => void };
type Toast = { readonly id: number; readonly text: string; readonly action: ToastAction | null };
type Show = (text: string, action?: ToastAction) => void;

const ToastContext = createContext<Show>(() => {});

/** Says something short and politely, perhaps with a way back. */
export function useToast(): Show {
  return useContext(ToastContext);
}

const SHOWN_MS = 5000;

export function ToastProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const nextId = useRef(1);
  const show = useCallback((text: string, action?: ToastAction) => {
    const id = nextId.current++;
    setToasts((shown) => [...shown.slice(-2), { id, text, action: action ?? null }]);
    setTimeout(() => setToasts((shown) => shown.filter((toast) => toast.id !== id)), SHOWN_MS);
  }, []);
  return (
    <ToastContext value={show}>
      {children}
      <div role="status" className="pointer-events-none fixed right-4 bottom-4 z-50 flex flex-col items-end gap-2">
        {toasts.map((toast) => (
          <div
            key={toast.id}
            className="pointer-events-auto flex max-w-80 items-center gap-3 rounded-md border border-line bg-surface px-3 py-2 shadow-lift"
          >
            <p className="min-w-0 break-words">{toast.text}</p>
            {toast.action !== null && (
              <button type="button" className="min-h-6 font-medium text-accent underline" onClick={toast.action.run}>
                {toast.action.label}
              </button>
            )}
          </div>
        ))}
      </div>
    </ToastContext>
  );
}
