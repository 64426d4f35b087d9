import { join, resolve } from 'node:path'
import { ActionError } from '../../../shared/action/errors.ts'
import { joinWords } from '../../../shared/text/list.ts'
import { oneLine } from '../../../shared/text/untrusted.ts'
import { parseYaml } from '../../../shared/text/yaml.ts'
import { writeWhole } from '../../../shared/tool/files.ts'
import { type AllowedConfig, allowedConfig, namedConfig } from '../trivy/config.ts'
import { type IgnoreEntry, ignoreYaml, readIgnoreText, readIgnoreYaml } from '../trivy/ignore-file.ts'
import type { ScanSettings } from '../trivy/model.ts'
import type { Candidate, SteeringReader } from './steering.ts'

/** What steers a scan, given to Trivy by us: it runs in a folder that holds this and nothing else. */
export interface Control {
  /** A folder of our own, with at most `trivy.yaml` and `trivy-secret.yaml`. */
  folder: string
  /** Arguments that name the rest. */
  args: string[]
  /** Entries of each ignore file, by the name that people know it by. */
  ignores: readonly { file: string; entries: readonly IgnoreEntry[] }[]
  /** Sentences: what was not obeyed, what had a say. */
  said: string[]
}

type Wanted = Pick<ScanSettings, 'trivyConfig' | 'secretConfig' | 'ignoreFile'>

/**
 * Puts together what the inputs name and what people expect to be found by its name, each as {@link SteeringReader} gives
 * it, in `folder`.
 *
 * @throws ActionError when a file that an input names is not there or cannot be read
 */
export async function writeControl(
  wanted: Wanted,
  reader: SteeringReader,
  folder: string,
  place: { workspace: string; today: string },
): Promise<Control> {
  const control: Control = { folder, args: [], ignores: [], said: [] }
  const config = await readConfig(wanted.trivyConfig, reader, place.workspace, control.said)
  if (config !== undefined && Object.keys(config.config).length > 0)
    writeWhole(join(folder, 'trivy.yaml'), Buffer.from(JSON.stringify(config.config)))
  await writeSecretConfig(wanted.secretConfig, config?.secretConfig, reader, control)
  await writeIgnores(wanted.ignoreFile, config?.ignoreFile, reader, control, place.today)
  control.said.unshift(...reader.said)
  return control
}

async function readConfig(
  input: string | undefined,
  reader: SteeringReader,
  workspace: string,
  said: string[],
): Promise<AllowedConfig | undefined> {
  const name = input ?? 'trivy.yaml'
  const text = await reader.read({ name, input: input === undefined ? undefined : 'trivy-config' })
  if (text === undefined) return undefined
  const parsed = await parseYaml(text)
  const shown = `"${oneLine(name, 100)}"`
  if (!parsed.ok) {
    const why = `${shown} is not valid YAML: ${parsed.problem}.`
    if (input !== undefined) throw new ActionError('Wrong input', `trivy-config: ${why}`)
    said.push(`${why} It is not obeyed.`)
    return undefined
  }
  const found =
    input === undefined
      ? allowedConfig(parsed.value)
      : namedConfig(parsed.value, (path) => resolve(workspace, path))
  if (found.refused.length > 0) {
    const remedy =
      input === undefined
        ? 'a file that is found by its name does not decide on servers, registries, policies, severities and reports. Give what is meant as inputs, or name the file in "trivy-config"'
        : 'this action decides on them'
    said.push(
      `${shown}: ${listed(found.refused)} ${found.refused.length === 1 ? 'is' : 'are'} not obeyed: ${remedy}.`,
    )
  }
  if (found.obeyed.length > 0) said.push(`${shown} had a say in what the scan sees: ${listed(found.obeyed)}.`)
  return found
}

async function writeSecretConfig(
  input: string | undefined,
  fromConfig: string | undefined,
  reader: SteeringReader,
  control: Control,
): Promise<void> {
  const name = input ?? fromConfig ?? 'trivy-secret.yaml'
  const text = await reader.read({ name, input: input === undefined ? undefined : 'secret-config' })
  if (text === undefined) return
  const shown = `"${oneLine(name, 100)}"`
  const parsed = await parseYaml(text)
  if (!parsed.ok) {
    const why = `${shown} is not valid YAML: ${parsed.problem}.`
    if (input !== undefined) throw new ActionError('Wrong input', `secret-config: ${why}`)
    control.said.push(`${why} It is not obeyed.`)
    return
  }
  writeWhole(join(control.folder, 'trivy-secret.yaml'), Buffer.from(text))
  const keys = Object.keys((parsed.value ?? {}) as Record<string, unknown>)
  control.said.push(
    `${shown} had a say in which secrets are found${keys.length === 0 ? '' : `: ${listed(keys)}`}.`,
  )
}

async function writeIgnores(
  input: string | undefined,
  fromConfig: string | undefined,
  reader: SteeringReader,
  control: Control,
  today: string,
): Promise<void> {
  const found = fromConfig === undefined ? ['.trivyignore', '.trivyignore.yaml'] : [fromConfig]
  const names: Candidate[] =
    input === undefined
      ? found.map((name) => ({ name, input: undefined }))
      : [{ name: input, input: 'ignore-file' }]
  const ignores: { file: string; entries: IgnoreEntry[] }[] = []
  for (const candidate of names) {
    const text = await reader.read(candidate)
    if (text === undefined) continue
    const { name } = candidate
    const shown = `"${oneLine(name, 100)}"`
    const { entries, problems } = await readIgnores(name, text)
    if (problems.length > 0) {
      const more = problems.length > 3 ? ` and ${problems.length - 3} more` : ''
      control.said.push(`${shown}: not all of it is obeyed: ${problems.slice(0, 3).join('; ')}${more}.`)
    }
    const over = entries.filter(({ until }) => until !== undefined && until < today)
    if (over.length > 0) {
      const ids = listed(over.map(({ id, until }) => `${id} (${until})`))
      control.said.push(
        `${shown}: ${over.length} of ${entries.length} entries have expired and no longer hold: ${ids}.`,
      )
    }
    ignores.push({ file: name, entries })
  }
  control.ignores = ignores
  const all = ignores.flatMap(({ entries }) => entries)
  if (all.length === 0) return
  const path = join(control.folder, 'ignore.yaml')
  writeWhole(path, Buffer.from(ignoreYaml(all)))
  control.args.push('--ignorefile', path)
}

async function readIgnores(
  name: string,
  text: string,
): Promise<{ entries: IgnoreEntry[]; problems: string[] }> {
  if (!/\.ya?ml$/i.test(name)) return readIgnoreText(text)
  const parsed = await parseYaml(text)
  return parsed.ok
    ? readIgnoreYaml(parsed.value)
    : { entries: [], problems: [`it is not valid YAML: ${parsed.problem}`] }
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 8).map((name) => oneLine(name, 80))
  return joinWords(names.length > shown.length ? [...shown, `${names.length - shown.length} more`] : shown)
}
