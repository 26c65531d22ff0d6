/** The codes that Qlik's engine and its proxy close a WebSocket with (qlik-facts, "Which apps use an extension"). */

export interface CloseMeaning {
  readonly words: string;
  /** `retry`: worth another try in this run · `later`: a later run may succeed · `never`: only a person changes it. */
  readonly repeat: 'retry' | 'later' | 'never';
}

/** Closed over one app or one session; with any other code the next app is likely to meet the same. */
const aboutOne: ReadonlySet<number> = new Set([4001, 4002, 4004, 4007, 4203, 4204, 4222, 4230]);

export function isAboutOne(code: number): boolean {
  return aboutOne.has(code);
}

const meanings: Readonly<Record<number, CloseMeaning>> = {
  1001: { words: 'the engine went away', repeat: 'retry' },
  1006: { words: 'the connection to the engine broke', repeat: 'retry' },
  1011: { words: 'the engine failed', repeat: 'later' },
  1012: { words: 'the engine restarts', repeat: 'retry' },
  1013: { words: 'the engine asked to try again later', repeat: 'retry' },
  4001: { words: 'the engine ended an idle session', repeat: 'later' },
  4002: { words: 'the licence does not allow it', repeat: 'never' },
  4003: { words: 'the engine is shutting down', repeat: 'retry' },
  4004: { words: 'the app was deleted', repeat: 'never' },
  4005: { words: 'the limit of sessions is reached', repeat: 'later' },
  4006: { words: 'the engine does not accept the credentials', repeat: 'never' },
  4007: { words: "the app's mode changed", repeat: 'later' },
  4203: { words: 'no permission to open it', repeat: 'never' },
  4204: { words: 'the engine does not find it', repeat: 'never' },
  4205: { words: 'too many requests to the engine', repeat: 'retry' },
  4206: { words: 'a network error on the way to the engine', repeat: 'retry' },
  4210: { words: 'a service that the engine needs failed', repeat: 'later' },
  4211: { words: 'a service that the engine needs is not available', repeat: 'retry' },
  4220: { words: 'the engine failed', repeat: 'later' },
  4222: { words: 'the session is not there any more', repeat: 'later' },
  4230: { words: 'the user is not entitled to open it', repeat: 'never' },
  4240: { words: 'no engine is free', repeat: 'retry' },
};

export const authenticationFailed = 4006;
export const tooManyRequests = 4205;

export function meaningOf(code: number): CloseMeaning {
  return meanings[code] ?? { words: 'the engine closed the connection', repeat: 'later' };
}
