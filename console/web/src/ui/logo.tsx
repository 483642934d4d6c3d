export function Logo() {
  return (
    <svg class="logo" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="9" />
      <path d="M9 9h14a3 3 0 0 1 3 3v7a3 3 0 0 1-3 3h-7l-6 4.5V22H9a3 3 0 0 1-3-3v-7a3 3 0 0 1 3-3z" />
    </svg>
  );
}
