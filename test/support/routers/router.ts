import type { Release } from '../releases.ts'

/** The two releases behind a router; blue has all the traffic at first. */
export interface Pair {
  blue: Release
  green: Release
}

/** A router in front of two releases, on ports and in a folder of its own. */
export interface Router {
  /** The front door. */
  url: string
  port: number
  folder: string
  /** What `target-config` says, as YAML would be read. */
  targetConfig: Record<string, unknown>
  /** Everything that the router has written. */
  log(): string
  /** Keeps its sockets and answers nothing any more. */
  freeze(): void
  thaw(): void
  stop(): Promise<void>
  /** A new process with the configuration as it is on disk. */
  restart(): Promise<void>
}
