import { ITEM_LISTS, type DriftItem, type DriftReport, type ItemList } from '../model/drift-report.ts'
import { parseJsonText } from '../model/json-text.ts'
import type { Interruption } from '../service/reports/interruptions.ts'
import type { Documents } from './documents.ts'

/** Where a report is stored: see the columns of the same names. */
export type StoredContent = { readonly header: number; readonly items: number }

/** A report without its items. */
export type ReportHeader = Omit<DriftReport, ItemList>

type Header = {
  readonly counts: readonly number[]
  readonly report: DriftReport
  readonly interruptions: readonly Interruption[]
}

/** Of a report, not of its parts: what it leaves for the next one. */
type Writer = (report: DriftReport, interruptions?: readonly Interruption[]) => StoredContent

/**
 * Stores reports that share items, such as a report and its parts for routes: each item is written and looked up once. Must be made and
 * used within one transaction.
 */
export function createReportWriter(documents: Documents): Writer {
  const texts = new Map<DriftItem, string>()
  const ids = new Map<string, number>()
  const textOf = (item: DriftItem): string => {
    const text = texts.get(item) ?? JSON.stringify(item)
    texts.set(item, text)
    return text
  }
  const idOf = (text: string): number => {
    const id = ids.get(text) ?? documents.put(text)
    ids.set(text, id)
    return id
  }
  return (report, interruptions = []) => {
    const header: Header = {
      counts: ITEM_LISTS.map((list) => report[list].length),
      // The lists stay in their places, empty, so that the document comes back with its keys in order.
      report: { ...report, fresh: [], worsened: [], reopened: [], resolved: [] },
      interruptions,
    }
    const items = ITEM_LISTS.flatMap((list) => report[list]).map(textOf)
    return {
      header: documents.put(JSON.stringify(header)),
      items: documents.putList(items, idOf),
    }
  }
}

/** A report as it was stored. Throws `history-corrupt` where a part of it is gone. */
export function readReport(documents: Documents, stored: StoredContent): DriftReport {
  const { counts, report } = readHeader(documents, stored)
  const items = documents.getList(stored.items).texts.map((text) => parseJsonText(text) as unknown as DriftItem)
  const [fresh = 0, worsened = 0, reopened = 0] = counts
  return {
    ...report,
    fresh: items.slice(0, fresh),
    worsened: items.slice(fresh, fresh + worsened),
    reopened: items.slice(fresh + worsened, fresh + worsened + reopened),
    resolved: items.slice(fresh + worsened + reopened),
  }
}

/** Without the items, which are many: their lists are empty. */
export function readReportHeader(
  documents: Documents,
  stored: StoredContent,
): Pick<Header, 'interruptions'> & { readonly report: ReportHeader } {
  return readHeader(documents, stored)
}

function readHeader(documents: Documents, { header }: StoredContent): Header {
  return parseJsonText(documents.get(header)) as unknown as Header
}
