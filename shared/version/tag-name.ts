/** What a ref name may not hold, with the reason in words (git-check-ref-format(1), rules 1 to 10). */
const RULES: readonly [RegExp, string][] = [
  [/^$/, 'it is empty'],
  [/^-/, 'it begins with a hyphen, which programs take for an option'],
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  [/[\u0000-\u0020\u007f]/, 'it holds a space or a control character'],
  [/[~^:?*[\\]/, 'it holds one of ~ ^ : ? * [ \\'],
  [/\.\./, 'it holds two dots in a row'],
  [/@\{/, 'it holds "@{"'],
  [/^\/|\/\/|\/$/, 'it begins or ends with a slash, or has two in a row'],
  [/(?:^|\/)\./, 'a part of it begins with a dot'],
  [/\.$/, 'it ends with a dot'],
  [/\.lock(?:\/|$)/, 'a part of it ends with ".lock"'],
  // A ref is a file: 255 bytes at most, and git writes `<name>.lock` beside it.
  [/[^/]{251}/, 'a part of it is longer than 250 characters'],
]

/** Why git would not take a name for a tag, in words that follow "because"; nothing when it would. */
export function tagNameProblem(name: string): string | undefined {
  return RULES.find(([forbidden]) => forbidden.test(name))?.[1]
}
