import { childEnvironment } from '../../../shared/action/environment.ts'
import type { Inputs } from '../model.ts'
import type { Target } from '../targets/target.ts'
import { openTarget } from './routers/open.ts'

/** The router of the inputs, which have been checked. */
export async function openRouter({ router, version, sticky, timeout }: Inputs): Promise<Target> {
  const { name, config, via } = router
  const options = { via, env: childEnvironment(), version, sticky, timeout }
  const target = await openTarget(name, config, options, { list: [], add: () => {} })
  if (target === undefined) throw new TypeError('target-config has been checked')
  return target
}
