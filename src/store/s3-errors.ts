/** What an S3 server refused, in one sentence that says whose fault it is. */

import { textOf } from '../core/xml.js';
import type { Answer } from '../tenant/http/answers.js';
import { StoreError, type StoreProblem } from './store.js';

interface About {
  readonly address: string;
  /** Of the object, or the prefix of a list. */
  readonly name: string;
  readonly region: string;
}

interface Kind {
  readonly codes: RegExp;
  readonly problem: StoreProblem;
  readonly message: (about: About & { readonly xml: string; readonly answer: Answer }) => string;
  readonly hint: string;
}

const kinds: readonly Kind[] = [
  {
    codes: /^(?:InvalidAccessKeyId|SignatureDoesNotMatch)$/,
    problem: 'credentials',
    message: ({ xml }) =>
      textOf(xml, 'Code') === 'InvalidAccessKeyId'
        ? 'it does not know the access key'
        : 'the secret access key does not belong to the access key',
    hint: 'Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the profile: both come as one pair.',
  },
  {
    codes: /^(?:ExpiredToken|InvalidToken|TokenRefreshRequired)$/,
    problem: 'credentials',
    message: ({ xml }) =>
      textOf(xml, 'Code') === 'ExpiredToken'
        ? 'the session token has expired'
        : 'the session token does not belong to the access key',
    hint: 'Sign in again; AWS_SESSION_TOKEN has to come from the same answer as the keys.',
  },
  {
    codes: /^RequestTimeTooSkewed$/,
    problem: 'clock',
    message: ({ answer }) => `the clock of this machine is off by ${skewOf(answer)}`,
    hint: 'Set the clock of this machine; signatures are valid for 15 minutes.',
  },
  {
    codes:
      /^(?:PermanentRedirect|TemporaryRedirect|Redirect|AuthorizationHeaderMalformed|IllegalLocationConstraintException)$/,
    problem: 'region',
    message: ({ xml, answer, region }) => {
      const right = answer.headers['x-amz-bucket-region'] ?? textOf(xml, 'Region');
      return right === undefined
        ? `the bucket is not in the region ${region}`
        : `the bucket is in the region ${right}, not ${region}`;
    },
    hint: 'Write the region into the address of the store: ?region=…',
  },
  {
    codes: /^(?:AccessDenied|AllAccessDisabled|AccountProblem)$/,
    problem: 'rights',
    message: ({ answer, name }) => `${deniedVerbs[answer.method] ?? answer.method} ${name} is not permitted`,
    hint: 'The credentials need s3:PutObject, s3:GetObject and s3:DeleteObject on the prefix, and s3:ListBucket on the bucket.',
  },
  {
    codes: /^NoSuchBucket$/,
    problem: 'missing',
    message: () => 'there is no such bucket',
    hint: 'Check the name of the bucket, its region and the endpoint. --no-store works without it.',
  },
  {
    codes: /^(?:QuotaExceeded|InsufficientStorage|XMinioStorageFull|EntityTooLarge)$/,
    problem: 'full',
    message: () => 'there is no space left',
    hint: 'Free some space there, or raise its quota, and run again.',
  },
  {
    codes: /^(?:SlowDown|ServiceUnavailable|InternalError|RequestTimeout|TooManyRequests)$/,
    problem: 'busy',
    message: ({ answer }) => `it failed again and again (${answer.status})`,
    hint: 'The store failed, not the request. Try again later.',
  },
];

const deniedVerbs: Readonly<Record<string, string>> = { GET: 'reading', PUT: 'writing', DELETE: 'removing' };

export function explainS3(answer: Answer, about: About): StoreError {
  const xml = answer.body.toString('utf8');
  const code = textOf(xml, 'Code') ?? codeOfStatus(answer.status);
  const kind = kinds.find(({ codes }) => codes.test(code));
  const detail = textOf(xml, 'Message');
  const message = kind?.message({ ...about, xml, answer }) ?? describeUnknown(answer, detail);
  const problem = kind?.problem ?? 'answer';
  const shown = code === '' ? String(answer.status) : code;
  return new StoreError(problem, `The store ${about.address}: ${message} (${shown}).`, {
    hint: kind?.hint ?? 'Check the address and the endpoint of the store.',
  });
}

/** For answers without a body, and those of proxies in between. */
function codeOfStatus(status: number): string {
  if (status === 301 || status === 307) return 'PermanentRedirect';
  if (status === 403 || status === 401) return 'AccessDenied';
  if (status === 507) return 'InsufficientStorage';
  return status >= 500 || status === 429 ? 'ServiceUnavailable' : '';
}

function describeUnknown({ method, status }: Answer, detail: string | undefined): string {
  return `${method} was answered with ${status}${detail === undefined ? '' : `: ${detail.slice(0, 200)}`}`;
}

function skewOf({ headers }: Answer): string {
  const theirs = Date.parse(headers['date'] ?? '');
  const minutes = Math.round(Math.abs(Date.now() - theirs) / 60_000);
  return Number.isNaN(minutes) ? 'too much' : `about ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`;
}
