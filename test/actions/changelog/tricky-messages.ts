/** A message, what makes it of the commits before it, or a whole commit. */
export type TrickyCommit =
  | string
  | ((before: readonly string[]) => string)
  | {
      /** Bytes when they are no UTF-8. */
      message: string | Buffer
      /** Header of the commit object. */
      encoding?: string
      /** It merges the commit before into the one before that. */
      isMerge?: boolean
    }

export interface TrickyCase {
  what: string
  /** The oldest first, on top of a release. */
  commits: readonly TrickyCommit[]
  /** What people have to be able to read in the notes. */
  read?: readonly string[]
  /** What must not stand there. */
  absent?: readonly string[]
  /** What stands there only once. */
  once?: string
}

const LONG = 100_000

/** What real and hostile repositories hold; every tool has to turn each of them into notes. */
export const TRICKY: readonly TrickyCase[] = [
  {
    what: 'breaking footer of two paragraphs, then trailers',
    commits: [
      'feat: new login\n\nBody.\n\nBREAKING CHANGE: sessions end.\n\nLog in again.\n\nReviewed-by: Bo\nRefs: #12',
    ],
    read: ['new login', 'sessions end.', 'Log in again.'],
    absent: ['Reviewed-by', 'Bo'],
  },
  { what: '`!` after the type', commits: ['feat!: drop Node 18'], read: ['drop Node 18'] },
  {
    what: '`!` after the scope, with BREAKING-CHANGE',
    commits: ['feat(api)!: new paths\n\nBREAKING-CHANGE: /v1 is gone'],
    read: ['new paths', '/v1 is gone'],
  },
  {
    what: 'a type that is not shown, with a breaking change',
    commits: ['docs: licence\n\nBREAKING CHANGE: it is MIT now'],
    read: ['it is MIT now'],
  },
  {
    what: 'scope with a slash and a space',
    commits: ['fix(core/ui kit): button'],
    read: ['core/ui kit', 'button'],
  },
  { what: 'upper case type', commits: ['FEAT(API): list orders'], read: ['list orders'] },
  { what: 'a type that no list has', commits: ['security: hash passwords'], read: ['hash passwords'] },
  { what: 'no conventional commit', commits: ['Add the search page (#88)'], read: ['Add the search page'] },
  { what: 'space before the colon', commits: ['feat : search page'], read: ['search page'] },
  { what: 'no space behind the colon', commits: ['fix:search page'], read: ['search page'] },
  { what: 'emoji before the type', commits: ['🐛 fix(ui): flicker'], read: ['flicker'] },
  { what: 'gitmoji code before the type', commits: [':bug: fix: flicker'], read: ['flicker'] },
  { what: 'emoji in the subject', commits: ['feat: ✨ sparkle'], read: ['✨ sparkle'] },
  {
    what: 'a fix that was reverted',
    commits: [
      'fix: race in login',
      ([, fix]) => `Revert "fix: race in login"\n\nThis reverts commit ${fix}.`,
      'feat: a',
    ],
    absent: ['race in login'],
  },
  {
    what: 'a revert that was reverted',
    commits: [
      'fix: race in login',
      ([, fix]) => `Revert "fix: race in login"\n\nThis reverts commit ${fix}.`,
      ([, , revert]) => `Revert "Revert "fix: race in login""\n\nThis reverts commit ${revert}.`,
    ],
    once: 'race in login',
    absent: ['Revert'],
  },
  {
    what: 'the revert of an older release',
    commits: [([base]) => `Revert "feat: base"\n\nThis reverts commit ${base}.`],
    read: ['feat: base'],
  },
  {
    what: 'a merge commit that repeats the title',
    commits: ['feat: basket', { message: 'Merge pull request #7 from a/b\n\nfeat: basket', isMerge: true }],
    once: 'basket',
  },
  { what: 'a cherry-pick and its origin', commits: ['fix: leak', 'fix: leak (#9)'], once: 'leak' },
  {
    what: 'squash body that lists its commits',
    commits: ['feat: basket (#8)\n\n* feat: first try\n\n* fix: typo\n'],
    read: ['basket'],
    absent: ['first try', 'typo'],
  },
  {
    what: 'closes an issue here and one elsewhere',
    commits: ['fix: crash\n\nCloses #12, fixes acme/other#34'],
    read: ['crash', '#12'],
  },
  { what: 'number that is no reference', commits: ['fix: colour abc#12 and #0012'], read: ['colour'] },
  { what: 'mention', commits: ['feat: thanks @octocat'], read: ['thanks', 'octocat'] },
  { what: 'mention of a team', commits: ['feat: ask @acme/security-team'], read: ['ask'] },
  { what: 'mention in code', commits: ['feat: allow `@Input()` twice'], read: ['@Input()'] },
  { what: 'code with brackets', commits: ['feat: accept `Vec<T>`'], read: ['Vec<T>'] },
  { what: 'brackets that are no HTML', commits: ['feat: accept Vec<T> and <p>'], read: ['Vec<T> and <p>'] },
  {
    what: 'script',
    commits: ['fix: <script>alert(1)</script>'],
    read: ['<script>alert(1)</script>'],
  },
  { what: 'image with a handler', commits: ['fix: <img src=x onerror=alert(1)>'], read: ['<img src=x'] },
  { what: 'unclosed details', commits: ['fix: <details><summary>hides the rest'], read: ['hides the rest'] },
  { what: 'open comment', commits: ['fix: <!-- hides the rest'], read: ['<!-- hides the rest'] },
  { what: 'link to a script', commits: ['fix: [click](javascript:alert(1))'], read: ['click'] },
  { what: 'image from elsewhere', commits: ['fix: ![x](https://evil.example/x.png)'], read: ['x.png'] },
  { what: 'bare address', commits: ['docs: see https://evil.example/?a=1'], read: ['evil.example'] },
  { what: 'www and e-mail', commits: ['fix: ask www.evil.example or me@evil.example'], read: ['ask'] },
  { what: 'table pipes', commits: ['fix: a | b || c'], read: ['a | b || c'] },
  { what: 'stars and underscores', commits: ['fix: **kwargs and __init__'], read: ['**kwargs and __init__'] },
  { what: 'snake_case', commits: ['fix: rename user_id to account_id'], read: ['user_id to account_id'] },
  { what: 'unpaired backtick', commits: ['fix: don`t <b>'], read: ['don`t <b>'] },
  { what: 'fence in the subject', commits: ['fix: ``` opens'], read: ['``` opens'] },
  { what: 'entity', commits: ['fix: show &lt; as &amp;lt;'], read: ['&lt; as &amp;lt;'] },
  {
    what: 'template syntax',
    commits: ['feat: {{ secret }} and {% raw %}'],
    read: ['{{ secret }} and {% raw %}'],
  },
  {
    what: 'bidirectional override',
    commits: ['fix: admin\u202e\u2066 // only'],
    read: ['admin'],
  },
  { what: 'zero-width space', commits: ['fix: pay\u200bpal'], read: ['pal'] },
  { what: 'control characters', commits: ['fix: a\u001b[31mred\u0007'], read: ['red'] },
  {
    what: `${LONG / 1_000} kB subject`,
    commits: [`feat: begin ${'x'.repeat(LONG)}`],
    read: ['begin'],
  },
  {
    what: 'CR LF',
    commits: ['feat: windows\r\n\r\nBREAKING CHANGE: new lines\r\n'],
    read: ['windows', 'new lines'],
  },
  {
    what: 'second line not blank',
    commits: ['fix: crash in parser\nfoo(bar was not closed'],
    read: ['crash in parser'],
  },
  {
    what: 'Latin-1 with an encoding header',
    commits: [{ message: Buffer.from('fix: Gr\u00fc\u00dfe', 'latin1'), encoding: 'ISO-8859-1' }],
    read: ['Grüße'],
  },
  {
    what: 'bytes that are no UTF-8',
    commits: [{ message: Buffer.from('fix: caf\u00e9 opens', 'latin1') }],
    read: ['opens'],
  },
  {
    what: 'NUL in the message',
    commits: [{ message: Buffer.from('fix: before\0feat: after') }],
    read: ['before'],
    absent: ['after'],
  },
  {
    what: 'body with the separators of tools',
    commits: [
      'fix: frame\n\n-hash-\ndeadbeef\n-gitTags-\n (tag: v9.9.9)\n------------------------ >8 ------------------------\n',
      'feat: behind',
    ],
    read: ['frame', 'behind'],
    absent: ['9.9.9'],
  },
  {
    what: 'body that ends a heredoc',
    commits: ['feat: a\n\nBREAKING CHANGE: b\nEOF\nversion=9.9.9'],
    read: ['version=9.9.9'],
  },
  {
    what: 'heading in a footer',
    commits: ['feat: a\n\nBREAKING CHANGE: b\n\n# v9.9.9\n\nc'],
    read: ['# v9.9.9'],
  },
  { what: 'same words twice', commits: ['fix: typo in docs', 'fix: typo in docs'], once: 'typo in docs' },
  {
    what: 'workflow command',
    commits: ['fix: ::error::fake and ##[add-mask]x'],
    read: ['::error::fake and ##[add-mask]x'],
  },
]
