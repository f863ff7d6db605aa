import type { ChannelTarget } from '../model/channel.ts'
import type { DriftReport } from '../model/drift-report.ts'
import { commentMarker, renderDriftComment } from '../report/drift-report-markdown.ts'
import type { SendOutcome } from '../service/notifier.ts'
import { troubleOf } from './classify.ts'
import type { Exchanged, Outgoing } from './exchange.ts'

export type CommentTarget = Extract<ChannelTarget<string>, { readonly kind: 'github' | 'gitlab' }>

type Send = (outgoing: Outgoing) => Promise<Exchanged>

/** A hundred comments of 65,536 characters: the most that one page of a list can hold. */
const MAX_LIST_BYTES = 8 * 1024 * 1024
const PER_PAGE = 100
const MAX_PAGES = 20

/** The requests of one host: GitHub's REST API of issue comments, GitLab's of merge request notes. */
type Host = {
  readonly list: (page: number) => string
  readonly create: string
  readonly update: (id: number) => string
  readonly updateBy: 'PATCH' | 'PUT'
  readonly headers: Readonly<Record<string, string>>
}

/**
 * Keeps one comment up to date: finds the one that begins with the marker of this comparison and rewrites it, or makes it. Repeated, it
 * leaves one comment, unless two are sent at the same moment. `now`: milliseconds since the epoch.
 */
export async function sendComment(
  target: CommentTarget,
  report: DriftReport,
  send: Send,
  now: number,
): Promise<SendOutcome> {
  const host = hostOf(target)
  const found = await findComment(host, commentMarker(report.name), send, now)
  if ('trouble' in found) return found.trouble
  const body = JSON.stringify({ body: renderDriftComment(report) })
  const headers = { ...host.headers, 'content-type': 'application/json; charset=utf-8' }
  const outgoing: Outgoing =
    found.id === null
      ? { method: 'POST', url: host.create, headers, body }
      : { method: host.updateBy, url: host.update(found.id), headers, body }
  return troubleOf(await send(outgoing), now) ?? { result: 'sent', reference: null }
}

function hostOf(target: CommentTarget): Host {
  const api = target.apiUrl.replace(/\/+$/, '')
  if (target.kind === 'github') {
    const repository = target.repository.split('/').map(encodeURIComponent).join('/')
    const issues = `${api}/repos/${repository}/issues`
    const comments = `${issues}/${target.pullRequest}/comments`
    return {
      list: (page) => `${comments}?per_page=${PER_PAGE}&page=${page}`,
      create: comments,
      update: (id) => `${issues}/comments/${id}`,
      updateBy: 'PATCH',
      headers: {
        authorization: `Bearer ${target.token}`,
        accept: 'application/vnd.github+json',
        'x-github-api-version': '2022-11-28',
      },
    }
  }
  const notes = `${api}/projects/${encodeURIComponent(target.project)}/merge_requests/${target.mergeRequest}/notes`
  return {
    list: (page) => `${notes}?per_page=${PER_PAGE}&page=${page}&order_by=created_at&sort=asc`,
    create: notes,
    update: (id) => `${notes}/${id}`,
    updateBy: 'PUT',
    headers: { 'private-token': target.token, accept: 'application/json' },
  }
}

type Found = { readonly id: number | null } | { readonly trouble: SendOutcome }

async function findComment(host: Host, marker: string, send: Send, now: number): Promise<Found> {
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const listed = await send({
      method: 'GET',
      url: host.list(page),
      headers: host.headers,
      body: null,
      maxBytes: MAX_LIST_BYTES,
    })
    const trouble = troubleOf(listed, now)
    if (trouble) return { trouble }
    const comments = 'answer' in listed ? commentsIn(listed.answer.body) : null
    if (comments === null) return { trouble: { result: 'retry', reason: 'answer-invalid', afterMs: null } }
    const own = comments.find(({ body }) => body.startsWith(marker))
    if (own || comments.length < PER_PAGE) return { id: own?.id ?? null }
  }
  return { id: null }
}

type Comment = { readonly id: number; readonly body: string }

function commentsIn(text: string): Comment[] | null {
  try {
    const list: unknown = JSON.parse(text)
    if (!Array.isArray(list)) return null
    return list.map((entry: { readonly id?: unknown; readonly body?: unknown } | null) => ({
      id: Number(entry?.id),
      body: typeof entry?.body === 'string' && Number.isSafeInteger(entry.id) ? entry.body : '',
    }))
  } catch {
    return null
  }
}
