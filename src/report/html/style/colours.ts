/** Light and dark. Every text on every ground it stands on has a contrast of at least 4.5 (WCAG AA). */

export const colours = `
:root {
  color-scheme: light dark;
  --ground: #f4f5f7; --surface: #ffffff; --sunk: #f0f2f5; --line: #dde1e7; --ink: #17202b; --soft: #566170;
  --green: #146c43; --green-tint: #e3f4ea; --blue: #1d5bb5; --blue-tint: #e6effb;
  --violet: #6d3bb8; --violet-tint: #f0e9fb; --red: #b3261e; --red-tint: #fce9e7;
  --amber: #875300; --amber-tint: #fdf1dc; --grey: #566170; --grey-tint: #eceff3;
  --shadow: 0 1px 2px rgb(23 32 43 / 6%), 0 4px 16px rgb(23 32 43 / 5%);
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0f1318; --surface: #181e26; --sunk: #11161c; --line: #2a323d; --ink: #e7ebf0; --soft: #a0abb8;
    --green: #6fd39c; --green-tint: #14301f; --blue: #8db8f5; --blue-tint: #152a47;
    --violet: #c3a2f2; --violet-tint: #2a1d44; --red: #f5a39c; --red-tint: #3f1815;
    --amber: #f0bf6a; --amber-tint: #38270a; --grey: #a0abb8; --grey-tint: #232b35;
    --shadow: 0 1px 2px rgb(0 0 0 / 40%);
  }
}
.create, .good, .added, .plus { --tone: var(--green); --tint: var(--green-tint); }
.update, .news, .changed { --tone: var(--blue); --tint: var(--blue-tint); }
.replace { --tone: var(--violet); --tint: var(--violet-tint); }
.delete, .bad, .removed, .minus { --tone: var(--red); --tint: var(--red-tint); }
.blocked, .drift, .attention { --tone: var(--amber); --tint: var(--amber-tint); }
.kept, .known, .same, .none { --tone: var(--grey); --tint: var(--grey-tint); }
`;
