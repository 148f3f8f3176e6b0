/** Entry of a thread that compares two outputs and ends. */
import { parentPort, workerData } from 'node:worker_threads'
import { compareOutputs } from '#lib/protocol/comparators/compare.ts'
import type { CompareTask } from './compareApart.ts'

const { comparator, name, left, right }: CompareTask = workerData
parentPort?.postMessage(compareOutputs(comparator, [{ name, bytes: left }], [{ name, bytes: right }]).agrees)
