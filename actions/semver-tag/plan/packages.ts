import { globTest, isGlob } from '../../../shared/text/glob.ts'
import { joinWords } from '../../../shared/text/list.ts'
import {
  bumpVersion,
  higherVersion,
  highestLevel,
  type Level,
  nextPrerelease,
} from '../../../shared/version/bump.ts'
import { coreOf, isStable, parseVersion, type Version } from '../../../shared/version/version.ts'
import type { PackagePlan, PackagesInputs, SeenPackage } from '../model/packages.ts'
import type { Inputs, Plan } from '../model.ts'
import { decide } from '../plan.ts'
import { type RefRule, refRule } from './branch-rule.ts'

/** A group of packages that share a version. */
interface Group {
  kind: 'fixed' | 'linked'
  members: readonly string[]
}

/**
 * The plans of all packages, dependencies first: each by its own commits; then those whose dependency is released, a
 * patch; then groups, until nothing changes any more. Pure.
 *
 * `fixed` and `linked` are those of changesets: a fixed group is released as a whole, of a linked one those with changes;
 * the version is the highest of the group, moved as far as the farthest of them asks for.
 *
 * @see https://github.com/changesets/changesets/blob/main/docs/fixed-packages.md
 * @see https://github.com/changesets/changesets/blob/main/docs/linked-packages.md
 */
export function decidePackages(
  inputs: Inputs,
  packages: PackagesInputs,
  seen: readonly SeenPackage[],
): PackagePlan[] {
  const [first] = seen
  if (first === undefined) return []
  const rule = refRule(first.inputs, first.observation)
  const all = new Planning(inputs, rule, seen, groupsOf(packages, seen))
  // Every round releases one more package at least, or is the last.
  for (let round = 0; round <= seen.length && all.round(); round++);
  return inOrder(seen).map((one) => ({ name: one.name, inputs: one.inputs, plan: all.planOf(one.name) }))
}

class Planning {
  readonly #inputs: Inputs
  readonly #rule: RefRule
  readonly #seen: ReadonlyMap<string, SeenPackage>
  readonly #groups: readonly Group[]
  readonly #plans = new Map<string, Plan>()
  /** How far each asks for by itself or because of a dependency, whatever its group made of it. */
  readonly #levels = new Map<string, Level>()
  /** What a group has been given, so that a round that changes nothing is seen. */
  readonly #given = new Map<string, string>()

  constructor(inputs: Inputs, rule: RefRule, seen: readonly SeenPackage[], groups: readonly Group[]) {
    this.#inputs = inputs
    this.#rule = rule
    this.#seen = new Map(seen.map((one) => [one.name, one]))
    this.#groups = groups
    for (const one of seen) {
      const plan = this.#decide(one, {})
      this.#plans.set(one.name, plan)
      this.#levels.set(one.name, levelOf(plan))
    }
  }

  planOf(name: string): Plan {
    return this.#plans.get(name) as Plan
  }

  /** Whether anything has changed. */
  round(): boolean {
    let changed = false
    for (const one of this.#seen.values()) {
      const because = this.#moves(one.name) ? undefined : one.dependsOn.find((name) => this.#moves(name))
      if (because !== undefined && this.#move(one, because)) changed = true
    }
    for (const group of this.#groups) if (this.#share(group)) changed = true
    return changed
  }

  /** It is released now, or was by this very run. */
  #moves(name: string): boolean {
    const plan = this.planOf(name)
    return plan.kind === 'release' || (plan.kind === 'already-released' && plan.resumed)
  }

  /** A patch, because a dependency is released. */
  #move(one: SeenPackage, because: string): boolean {
    const isPrerelease = (this.#inputs.prerelease ?? this.#rule.prerelease) !== undefined
    const plan = this.#decide(one, { bump: isPrerelease ? 'prerelease' : 'patch' }, `${because} is released`)
    this.#plans.set(one.name, plan)
    this.#levels.set(one.name, 'patch')
    return this.#moves(one.name)
  }

  /** One version for those of a group that are released. */
  #share({ kind, members }: Group): boolean {
    const moving = members.filter((name) => this.planOf(name).kind === 'release')
    if (moving.length === 0) return false
    const version = this.#versionOf(members, moving)
    if (version === undefined) return false
    const wanted = kind === 'fixed' ? members : moving
    let changed = false
    for (const name of wanted) {
      if (this.#given.get(name) === version.version) continue
      this.#given.set(name, version.version)
      const one = this.#seen.get(name) as SeenPackage
      const plan = this.planOf(name)
      if (plan.kind === 'already-released' && plan.resumed) continue
      const others = members.filter((other) => other !== name)
      const why = `${kind} with ${joinWords(others.length > 3 ? [...others.slice(0, 3), `${others.length - 3} more`] : others)}`
      this.#plans.set(name, this.#decide(one, { version: version.version }, why))
      changed = true
    }
    return changed
  }

  #versionOf(members: readonly string[], moving: readonly string[]): Version | undefined {
    const seen = members.map((name) => this.#seen.get(name) as SeenPackage)
    const bases = seen.flatMap(({ observation }) => observation.base?.version ?? [])
    const highest = bases.reduce<Version | undefined>(
      (a, b) => (a === undefined ? b : higherVersion(a, b)),
      undefined,
    )
    const plans = moving.map((name) => this.planOf(name))
    const level = highestLevel(moving.map((name) => this.#levels.get(name) ?? 'none'))
    const candidate =
      highest === undefined
        ? parseVersion(this.#inputs.initialVersion)
        : bumpVersion(highest, level === 'none' ? 'patch' : level)
    if (candidate === undefined) return undefined
    // Never below what one of them would have alone (it may complete a pre-release).
    const own = plans.flatMap(
      (plan) => parseVersion('version' in plan ? (plan.version ?? '').replace(/\+.*/, '') : '') ?? [],
    )
    const core = own.map(coreOf).reduce(higherVersion, candidate)
    const id = own
      .find((version) => !isStable(version))
      ?.prerelease.slice(0, -1)
      .join('.')
    if (id === undefined) return core
    return nextPrerelease(
      core,
      id,
      seen.flatMap(({ observation }) => observation.tags.map(({ version }) => version)),
    )
  }

  /** An order lifts the rule of branches; what a dependency or a group wants does not. */
  #decide(one: SeenPackage, order: Partial<Pick<Inputs, 'bump' | 'version'>>, why?: string): Plan {
    const create = this.#rule.mayCreate ? one.inputs.create : 'none'
    const plan = decide({ ...one.inputs, ...order, create }, one.observation)
    if (why === undefined || plan.kind === 'refused') return plan
    return { ...plan, why }
  }
}

/** How far a package asks for by itself. */
function levelOf(plan: Plan): Level {
  const asked = highestLevel(plan.reasons.map(({ level }) => level))
  if (asked !== 'none' || plan.kind !== 'release' || plan.bump === 'prerelease') return asked
  // By an order, by default-bump, or by a dependency; a first version is no measure for the others.
  return plan.previousVersion === undefined ? 'none' : plan.bump
}

function groupsOf({ fixed, linked }: PackagesInputs, seen: readonly SeenPackage[]): Group[] {
  const names = seen.map(({ name }) => name)
  const membersOf = (group: readonly string[]): string[] => {
    const tests = group.map((item) => (isGlob(item) ? globTest(item) : (name: string) => name === item))
    return names.filter((name) => tests.some((test) => test(name)))
  }
  return [
    ...fixed.map((group): Group => ({ kind: 'fixed', members: membersOf(group) })),
    ...linked.map((group): Group => ({ kind: 'linked', members: membersOf(group) })),
  ]
}

/** Dependencies before what depends on them; circles, which are legal, in the order of the input. */
function inOrder(seen: readonly SeenPackage[]): SeenPackage[] {
  const byName = new Map(seen.map((one) => [one.name, one]))
  const done = new Set<string>()
  const ordered: SeenPackage[] = []
  for (const start of seen) {
    // With a stack of its own: a chain of a thousand packages is not too deep.
    const open: { one: SeenPackage; next: number }[] = [{ one: start, next: 0 }]
    const entered = new Set<string>()
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const { one } = top
      if (top.next === 0) entered.add(one.name)
      const dependency = byName.get(one.dependsOn[top.next++] ?? '')
      if (dependency !== undefined) {
        if (!done.has(dependency.name) && !entered.has(dependency.name))
          open.push({ one: dependency, next: 0 })
        continue
      }
      if (top.next <= one.dependsOn.length) continue
      open.pop()
      if (done.has(one.name)) continue
      done.add(one.name)
      ordered.push(one)
    }
  }
  return ordered
}
