import { ActionError } from '../../../shared/action/errors.ts'
import { log } from '../../../shared/action/log.ts'
import type { Step } from '../../../shared/action/step.ts'
import type { GitHub } from '../../../shared/github/client.ts'
import { type BranchState, readBranchState } from '../../../shared/github/pull-requests-write.ts'
import { readReleasesOf } from '../../../shared/github/releases.ts'
import { apply } from '../apply.ts'
import type { Kept, ReleaseFile } from '../model/kept.ts'
import type { Applied, Inputs, Observation, Plan } from '../model.ts'
import { observeFiles } from '../observe/request-files.ts'
import { observe, PATIENCE_MS } from '../observe.ts'
import { refRule } from '../plan/branch-rule.ts'
import { type MergedRequest, mergedRequests, versionOfPull } from '../plan/merged-request.ts'
import { openOf, planRequest, type RequestPlan, wantsRequest } from '../plan/request.ts'
import { decide } from '../plan.ts'
import { type RequestBranches, type RequestWritten, writeRequest } from './request.ts'

/** How often all is read again because the base or the branch has moved meanwhile. */
const MAX_ROUNDS = 5

/**
 * `mode: pull-request`, to its end: releases what was merged, then opens, updates or closes the request of the base. All
 * is read and written until nothing is left to be done, so that runs at once and killed ones come to the same.
 *
 * @throws ActionError
 */
export async function keepPullRequest(
  inputs: Inputs,
  step: Step,
  files: readonly ReleaseFile[],
): Promise<Kept> {
  const connect = step.connect(inputs.token, PATIENCE_MS)
  const first = await observe({ ...inputs, mode: 'next' }, step)
  const rule = refRule(inputs, first)
  const base = rule.branch
  if (!rule.mayCreate || base === undefined || connect === undefined) {
    const plan = decide({ ...inputs, mode: 'next', create: 'none' }, first)
    const notices = rule.notice === undefined ? [] : [rule.notice]
    return { observation: first, plan, notices, ready: plan.kind === 'release' }
  }
  const head = inputs.pullRequest.branch.replaceAll('{base}', base)
  const branches: RequestBranches = { base, head, temporary: `${head}--next` }
  if (head === base) {
    throw new ActionError('Wrong input', `pull-request-branch: ${head} is the branch that is released.`)
  }
  const github = await connect()
  return new Keeper({ inputs, step, files, github, branches }, first).keep()
}

interface Keeping {
  inputs: Inputs
  step: Step
  files: readonly ReleaseFile[]
  github: GitHub
  branches: RequestBranches
}

/** What one run has seen and done so far. */
class Keeper {
  readonly #inputs: Inputs
  readonly #step: Step
  readonly #files: readonly ReleaseFile[]
  readonly #github: GitHub
  readonly #branches: RequestBranches
  readonly #notices: string[] = []
  #observation: Observation
  #released: { observation: Observation; plan: Plan; applied: Applied } | undefined
  #made: string | undefined
  /** Something was written since `#observation` was read. */
  #isStale = false

  constructor({ inputs, step, files, github, branches }: Keeping, observation: Observation) {
    this.#inputs = inputs
    this.#step = step
    this.#files = files
    this.#github = github
    this.#branches = branches
    this.#observation = observation
  }

  async keep(): Promise<Kept> {
    await this.#resume()
    for (let round = 1; ; round++) {
      const state = await this.#state()
      if (this.#isStale || state.base !== this.#observation.sha) {
        if (state.base !== this.#inputs.sha)
          log.info(`${this.#branches.base} stands on ${state.base} by now.`)
        this.#observation = await this.#observeAt(state.base, undefined)
        this.#isStale = false
      }
      const [merged] = mergedRequests(this.#inputs, this.#observation, state.pulls)
      if (merged !== undefined && round < MAX_ROUNDS) {
        await this.#release(merged)
        if (this.#inputs.dryRun || hasFailed(this.#released?.applied)) return this.#kept(undefined, state)
        continue
      }
      if (this.#released === undefined) await this.#finish(state)
      const { plan, request } = await this.#plan(state)
      if (this.#inputs.dryRun) return this.#kept(plan, state, request)
      const written = await writeRequest(this.#github, request, state, this.#branches)
      this.#tell(written, request)
      if (written.done.length === 0 && written.raced === undefined) return this.#kept(plan, state, request)
      const now = await this.#state()
      if (written.raced === undefined && now.base === state.base) return this.#kept(plan, now, request)
      if (round >= MAX_ROUNDS) {
        const why = written.raced ?? `${this.#branches.base} moves faster than it can be read`
        throw new ActionError('Other runs were faster', `${why}. Run the job again.`)
      }
      log.info(`Once more: ${written.raced ?? `${this.#branches.base} has moved`}.`)
      this.#isStale = true
    }
  }

  /** This very run has made the tag of its commit before it was started again. */
  async #resume(): Promise<void> {
    const order: Inputs = { ...this.#inputs, mode: 'next' }
    const plan = decide(order, this.#observation)
    if (plan.kind !== 'already-released' || !plan.resumed) return
    this.#released = { observation: this.#observation, plan, applied: await this.#apply(plan, order) }
    this.#isStale = true
  }

  async #state(): Promise<BranchState> {
    const state = await readBranchState(this.#github, this.#branches)
    if (state !== undefined) return state
    throw new ActionError('No such branch', `${this.#branches.base} is not a branch of the repository.`)
  }

  /** The history of another commit than that of the checkout comes from the API. */
  #observeAt(sha: string, version: string | undefined): Promise<Observation> {
    return observe({ ...this.#inputs, mode: 'next', sha, version }, this.#step, { made: this.#made })
  }

  /** Tags the commit of a merged request with the version that the request said. */
  async #release({ number, version, commit }: MergedRequest): Promise<void> {
    const order: Inputs = { ...this.#inputs, mode: 'next', sha: commit, version: version.version }
    log.info(
      `#${number} was merged: it releases ${order.tagPrefix}${version.version} on ${commit.slice(0, 7)}.`,
    )
    const isHere = commit === this.#observation.sha && !this.#isStale
    let observation = isHere ? this.#observation : await this.#observeAt(commit, order.version)
    for (let round = 1; ; round++) {
      const plan = decide(order, observation)
      if (plan.kind === 'refused') throw new ActionError(plan.title, `#${number}: ${plan.reason}`)
      const applied = await this.#apply(plan, order)
      this.#released = { observation, plan, applied }
      this.#isStale = true
      if (applied.raced === undefined || round === MAX_ROUNDS) return
      observation = await this.#observeAt(commit, order.version)
    }
  }

  /** What a killed run of a merged request has left: a tag without its release. */
  async #finish(state: BranchState): Promise<void> {
    const last = state.pulls.find((pull) => pull.state === 'MERGED')
    if (this.#inputs.create !== 'release' || this.#inputs.dryRun || last?.merge === undefined) return
    const { oid } = last.merge
    const version = versionOfPull(last, this.#inputs.tagPrefix)
    const tag = this.#observation.tags.find(
      ({ name, commit }) => commit === oid && name === `${this.#inputs.tagPrefix}${version?.version}`,
    )
    if (version === undefined || tag === undefined) return
    const { published, draft } = await readReleasesOf(this.#github, tag.name)
    if (published !== undefined || draft !== undefined) return
    log.info(`${tag.name} has no release: an earlier run was stopped before it.`)
    const order: Inputs = { ...this.#inputs, mode: 'next', sha: oid, version: version.version }
    const observation = await this.#observeAt(oid, order.version)
    const tags = observation.tags.map((each) =>
      each.name === tag.name ? { ...each, run: observation.runId } : each,
    )
    const plan = decide(order, { ...observation, tags })
    const applied = await this.#apply(plan, order)
    if (applied.failure !== undefined) throw new ActionError(applied.failure.title, applied.failure.message)
  }

  async #apply(plan: Plan, order: Inputs): Promise<Applied> {
    const isWritable = plan.kind === 'release' || plan.kind === 'already-released'
    if (this.#inputs.dryRun || !isWritable) return { created: false, moved: [], refused: [] }
    const applied = await apply(plan, order, this.#step, this.#files)
    if (applied.created) this.#made = plan.tag
    return applied
  }

  async #plan(state: BranchState): Promise<{ plan: Plan; request: RequestPlan }> {
    const inputs: Inputs = { ...this.#inputs, mode: 'next', create: 'none', sha: state.base }
    const plan = decide(inputs, this.#observation)
    const wanted = wantsRequest(plan, state)
    if (wanted.kind !== 'wanted') return { plan, request: wanted }
    const { workspace } = this.#step.context
    const scope = { inputs: this.#inputs, github: this.#github, workspace, state }
    const files = await observeFiles(scope, wanted.release, openOf(state))
    return { plan, request: planRequest(this.#inputs, wanted.release, state, files) }
  }

  #tell({ done, notices }: RequestWritten, request: RequestPlan): void {
    for (const line of done) log.info(line)
    this.#notices.push(...notices)
    if (request.kind !== 'leave') return
    const which =
      request.number === undefined ? 'No pull request is opened' : `#${request.number} stays as it is`
    this.#notices.push(`${which}: ${request.why}.`)
  }

  #kept(plan: Plan | undefined, state: BranchState, request?: RequestPlan): Kept {
    const open = openOf(state)
    const notices = this.#notices
    const number = request?.kind === 'close' ? undefined : open?.number
    const told = { notices, ...(number === undefined ? {} : { request: number }) }
    if (this.#released !== undefined) return { ...this.#released, ...told, ready: true }
    const own = plan ?? decide({ ...this.#inputs, mode: 'next', create: 'none' }, this.#observation)
    return { observation: this.#observation, plan: own, ...told, ready: own.kind === 'release' }
  }
}

function hasFailed(applied: Applied | undefined): boolean {
  return applied?.failure !== undefined || applied?.raced !== undefined
}
