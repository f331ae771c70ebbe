/** The product's mark: a line from one person to the other. Decoration: hidden from readers. */
export function Mark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 64 64" className={className} aria-hidden focusable="false">
      <rect width="64" height="64" rx="15" fill="#0c607d" />
      <path d="M18 45c18 0 10-26 28-26" fill="none" stroke="#fff" strokeWidth="5" strokeLinecap="round" />
      <circle cx="18" cy="45" r="6" fill="#fff" />
      <circle cx="46" cy="19" r="8" fill="#ffb454" />
    </svg>
  );
}
