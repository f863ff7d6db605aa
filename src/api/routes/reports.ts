import { createHash } from 'node:crypto'
import { z } from '@hono/zod-openapi'
import type { DriftReport } from '../../model/drift-report.ts'
import { renderDriftHtml } from '../../report/drift-report-html.ts'
import { renderDriftMarkdown } from '../../report/drift-report-markdown.ts'
import { driftMessage } from '../../report/drift-report-message.ts'
import { renderDriftJson, renderDriftText } from '../../report/drift-report-text.ts'
import type { ReportMessage } from '../../service/reports/report-views.ts'
import type { Service } from '../../service/service.ts'
import { renderedResponse } from '../answers.ts'
import { documentOf, listDocument } from '../documents.ts'
import { defineEndpoint, type Endpoint } from '../endpoint.ts'
import { acceptedOf } from '../formats.ts'
import { json, JSON_ONLY } from '../json-answer.ts'
import { DEFINITION_NAME, ID, NO_PARAMETERS, PAGE, pageOf } from '../parameters.ts'
import { DRIFT_REPORT, MESSAGES, REPORT_LIST } from '../schemas/report.ts'

const FORMATS = ['json', 'text', 'markdown', 'html'] as const
type Format = (typeof FORMATS)[number]

const RENDERED: Readonly<Record<Format, { readonly type: string; readonly render: (report: DriftReport) => string }>> =
  {
    json: { type: 'application/json', render: renderDriftJson },
    text: { type: 'text/plain; charset=utf-8', render: renderDriftText },
    markdown: { type: 'text/markdown; charset=utf-8', render: renderDriftMarkdown },
    html: { type: 'text/html; charset=utf-8', render: renderDriftHtml },
  }

const BY_TYPE = new Map(FORMATS.map((format) => [RENDERED[format].type.split(';')[0]!, format]))
const PARAMS = z.strictObject({ report: ID })
const COMMON = { method: 'get', tag: 'reports', scope: 'read', body: null, problems: [] } as const

/** Drift reports: what was new, and what was said of it to whom. */
export function reportEndpoints(service: Service): readonly Endpoint[] {
  return [listReports(service), oneReport(service), reportMessages(service)]
}

function listReports(service: Service): Endpoint {
  return defineEndpoint({
    ...COMMON,
    path: '/reports',
    operation: 'listReports',
    summary: 'Drift reports, newest first',
    params: NO_PARAMETERS,
    query: z.strictObject({ name: DEFINITION_NAME.optional(), ...PAGE }),
    types: JSON_ONLY,
    answers: { 200: json('One page', REPORT_LIST) },
    handle: async (c, { access, query }) => {
      const page = await service.listReports(access, { name: query.name ?? null }, pageOf(query))
      return c.json(listDocument('DriftReportList', page, (record) => documentOf('DriftReportSummary', record)))
    },
  })
}

function oneReport(service: Service): Endpoint {
  return defineEndpoint({
    ...COMMON,
    path: '/reports/{report}',
    operation: 'getReport',
    summary: 'A drift report as JSON, text, Markdown or HTML',
    params: PARAMS,
    query: z.strictObject({ format: z.enum(FORMATS).optional().meta({ description: 'Instead of Accept.' }) }),
    types: null,
    answers: {
      200: {
        description: 'The report',
        content: {
          'application/json': { schema: DRIFT_REPORT },
          ...Object.fromEntries([...BY_TYPE.keys()].slice(1).map((type) => [type, { schema: z.string() }])),
        },
      },
      304: { description: 'The caller has it already' },
    },
    handle: async (c, { access, params, query }) => {
      const { type, render } = RENDERED[query.format ?? BY_TYPE.get(acceptedOf(c, [...BY_TYPE.keys()]))!]
      const body = render(await service.report(access, params.report))
      const etag = createHash('sha256').update(body).digest('hex')
      return renderedResponse(c, { body, etag }, type)
    },
  })
}

function reportMessages(service: Service): Endpoint {
  return defineEndpoint({
    ...COMMON,
    path: '/reports/{report}/messages',
    operation: 'reportMessages',
    summary: 'What the report says to each channel as they are configured now, and what its service would refuse of it',
    params: PARAMS,
    query: NO_PARAMETERS,
    types: JSON_ONLY,
    answers: { 200: json('The messages', MESSAGES) },
    handle: async (c, { access, params }) => {
      const messages = await service.reportMessages(access, params.report)
      return c.json(documentOf('DriftReportMessages', { report: params.report, items: messages.map(messageDocument) }))
    },
  })
}

function messageDocument({ id, channel, form, part, news, report }: ReportMessage): object {
  return { id, channel, type: form.kind, part, news, ...driftMessage(form, report) }
}
