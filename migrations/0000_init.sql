CREATE TABLE `comparison_sides` (
	`comparison` integer NOT NULL,
	`position` integer NOT NULL,
	`cluster` text NOT NULL,
	`snapshot` text NOT NULL,
	PRIMARY KEY(`comparison`, `position`),
	FOREIGN KEY (`comparison`) REFERENCES `comparisons`(`sequence`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `comparison_sides_by_snapshot` ON `comparison_sides` (`snapshot`);--> statement-breakpoint
CREATE INDEX `comparison_sides_by_cluster` ON `comparison_sides` (`cluster`,`comparison`);--> statement-breakpoint
CREATE TABLE `comparisons` (
	`sequence` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`at` text NOT NULL,
	`stored_ms` integer NOT NULL,
	`baseline` text,
	`verdict` text NOT NULL,
	`clusters` text NOT NULL,
	`differences` integer NOT NULL,
	`header` integer NOT NULL,
	`drifts` integer NOT NULL,
	FOREIGN KEY (`header`) REFERENCES `documents`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`drifts`) REFERENCES `lists`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `comparisons_id_unique` ON `comparisons` (`id`);--> statement-breakpoint
CREATE INDEX `comparisons_by_time` ON `comparisons` (`stored_ms`);--> statement-breakpoint
CREATE TABLE `documents` (
	`id` integer PRIMARY KEY NOT NULL,
	`digest` blob NOT NULL,
	`json` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `documents_digest_unique` ON `documents` (`digest`);--> statement-breakpoint
CREATE TABLE `lines` (
	`id` integer PRIMARY KEY NOT NULL,
	`texts` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `lists` (
	`id` integer PRIMARY KEY NOT NULL,
	`digest` blob NOT NULL,
	`members` blob NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `lists_digest_unique` ON `lists` (`digest`);--> statement-breakpoint
CREATE TABLE `snapshots` (
	`sequence` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`cluster` text NOT NULL,
	`uid` text,
	`taken_at` text NOT NULL,
	`taken_ms` integer NOT NULL,
	`engine` text NOT NULL,
	`error` text,
	`namespaces` text,
	`objects` integer NOT NULL,
	`changed` integer NOT NULL,
	`header` integer NOT NULL,
	`scope_versions` text NOT NULL,
	`entries` integer NOT NULL,
	`entry_versions` integer NOT NULL,
	`references` integer NOT NULL,
	`events` integer,
	FOREIGN KEY (`header`) REFERENCES `documents`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`entries`) REFERENCES `lists`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`entry_versions`) REFERENCES `documents`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`references`) REFERENCES `lists`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`events`) REFERENCES `documents`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `snapshots_id_unique` ON `snapshots` (`id`);--> statement-breakpoint
CREATE INDEX `snapshots_by_cluster` ON `snapshots` (`cluster`,`sequence`);--> statement-breakpoint
CREATE INDEX `snapshots_by_time` ON `snapshots` (`cluster`,`taken_ms`);--> statement-breakpoint
CREATE INDEX `snapshots_good` ON `snapshots` (`cluster`,`sequence`) WHERE error is null;--> statement-breakpoint
CREATE TABLE `idempotency_keys` (
	`caller` text NOT NULL,
	`key` text NOT NULL,
	`digest` text NOT NULL,
	`run` text,
	`job` text,
	`at` text NOT NULL,
	PRIMARY KEY(`caller`, `key`)
);
--> statement-breakpoint
CREATE INDEX `idempotency_keys_by_time` ON `idempotency_keys` (`at`);--> statement-breakpoint
CREATE TABLE `run_sides` (
	`run` integer NOT NULL,
	`position` integer NOT NULL,
	`cluster` text NOT NULL,
	`snapshot` text,
	`job` text,
	PRIMARY KEY(`run`, `position`),
	FOREIGN KEY (`run`) REFERENCES `runs`(`sequence`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`job`) REFERENCES `snapshot_jobs`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `run_sides_by_job` ON `run_sides` (`job`);--> statement-breakpoint
CREATE INDEX `run_sides_by_snapshot` ON `run_sides` (`snapshot`);--> statement-breakpoint
CREATE INDEX `run_sides_by_cluster` ON `run_sides` (`cluster`,`run`);--> statement-breakpoint
CREATE TABLE `runs` (
	`sequence` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`phase` text NOT NULL,
	`request` text NOT NULL,
	`requested_by` text NOT NULL,
	`requested_at` text NOT NULL,
	`finished_at` text,
	`fence` integer DEFAULT 0 NOT NULL,
	`verdict` text,
	`differences` integer,
	`error` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `runs_id_unique` ON `runs` (`id`);--> statement-breakpoint
CREATE INDEX `runs_by_phase` ON `runs` (`phase`,`sequence`);--> statement-breakpoint
CREATE INDEX `runs_by_finish` ON `runs` (`finished_at`,`sequence`);--> statement-breakpoint
CREATE TABLE `snapshot_jobs` (
	`sequence` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`cluster` text NOT NULL,
	`pool` text NOT NULL,
	`phase` text NOT NULL,
	`fence` integer DEFAULT 0 NOT NULL,
	`wanted` integer NOT NULL,
	`requested_by` text NOT NULL,
	`requested_at` text NOT NULL,
	`started_at` text,
	`finished_at` text,
	`progress` text,
	`snapshot` text,
	`manifest` text,
	`error` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `snapshot_jobs_id_unique` ON `snapshot_jobs` (`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `snapshot_jobs_in_flight` ON `snapshot_jobs` (`cluster`) WHERE finished_at is null;--> statement-breakpoint
CREATE INDEX `snapshot_jobs_by_cluster` ON `snapshot_jobs` (`cluster`,`sequence`);--> statement-breakpoint
CREATE INDEX `snapshot_jobs_by_phase` ON `snapshot_jobs` (`phase`,`sequence`);--> statement-breakpoint
CREATE INDEX `snapshot_jobs_by_finish` ON `snapshot_jobs` (`finished_at`,`sequence`);--> statement-breakpoint
CREATE TABLE `ledger_definitions` (
	`sequence` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`name` text,
	`definition` text NOT NULL,
	`head` text NOT NULL,
	`compared_at` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `ledger_definitions_id_unique` ON `ledger_definitions` (`id`);--> statement-breakpoint
CREATE INDEX `ledger_definitions_by_time` ON `ledger_definitions` (`compared_at`);--> statement-breakpoint
CREATE TABLE `ledger_entries` (
	`sequence` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`definition` integer NOT NULL,
	`fingerprint` text NOT NULL,
	`state` text NOT NULL,
	`severity` text NOT NULL,
	`kind` text NOT NULL,
	`namespace` text NOT NULL,
	`layer` text NOT NULL,
	`secret` integer NOT NULL,
	`item` text NOT NULL,
	`value_digests` text NOT NULL,
	`first_seen` text NOT NULL,
	`last_seen` text NOT NULL,
	`resolved_at` text,
	`resolution` text,
	`appearances` integer NOT NULL,
	`sightings` integer NOT NULL,
	`streak` integer NOT NULL,
	`since` text NOT NULL,
	`frozen_since` text,
	`acknowledged` text,
	`muted` text,
	FOREIGN KEY (`definition`) REFERENCES `ledger_definitions`(`sequence`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `ledger_entries_id_unique` ON `ledger_entries` (`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `ledger_entries_by_fingerprint` ON `ledger_entries` (`definition`,`fingerprint`);--> statement-breakpoint
CREATE INDEX `ledger_entries_by_state` ON `ledger_entries` (`state`,`sequence`);--> statement-breakpoint
CREATE INDEX `ledger_entries_by_resolution` ON `ledger_entries` (`resolved_at`);--> statement-breakpoint
CREATE TABLE `ledger_events` (
	`sequence` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`entry` integer NOT NULL,
	`kind` text NOT NULL,
	`at` text NOT NULL,
	`severity` text NOT NULL,
	`previous_severity` text,
	`comparison` text,
	`snapshots` text NOT NULL,
	`revisions` text NOT NULL,
	`resolution` text,
	`by` text,
	`reason` text,
	`owner` text,
	`until` text,
	FOREIGN KEY (`entry`) REFERENCES `ledger_entries`(`sequence`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `ledger_events_by_entry` ON `ledger_events` (`entry`,`sequence`);--> statement-breakpoint
CREATE INDEX `ledger_events_by_time` ON `ledger_events` (`at`);--> statement-breakpoint
CREATE TABLE `deliveries` (
	`sequence` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`report` text NOT NULL,
	`name` text NOT NULL,
	`channel` text NOT NULL,
	`part` text NOT NULL,
	`why` text NOT NULL,
	`state` text NOT NULL,
	`attempts` integer NOT NULL,
	`created_at` text NOT NULL,
	`first_tried_at` text,
	`next_at` text,
	`finished_at` text,
	`reason` text,
	`reference` text,
	`header` integer NOT NULL,
	`items` integer NOT NULL,
	FOREIGN KEY (`header`) REFERENCES `documents`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`items`) REFERENCES `lists`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `deliveries_id_unique` ON `deliveries` (`id`);--> statement-breakpoint
CREATE INDEX `deliveries_by_state` ON `deliveries` (`state`,`sequence`);--> statement-breakpoint
CREATE INDEX `deliveries_by_channel` ON `deliveries` (`channel`,`sequence`);--> statement-breakpoint
CREATE INDEX `deliveries_by_report` ON `deliveries` (`report`,`sequence`);--> statement-breakpoint
CREATE INDEX `deliveries_by_name` ON `deliveries` (`name`,`sequence`);--> statement-breakpoint
CREATE INDEX `deliveries_by_finish` ON `deliveries` (`finished_at`);--> statement-breakpoint
CREATE INDEX `deliveries_disabled` ON `deliveries` (`channel`,`finished_at`) WHERE state = 'disabled';--> statement-breakpoint
CREATE INDEX `deliveries_with_reference` ON `deliveries` (`name`,`channel`,`sequence`) WHERE reference is not null;--> statement-breakpoint
CREATE TABLE `disabled_channels` (
	`channel` text PRIMARY KEY NOT NULL,
	`since` text NOT NULL,
	`reason` text NOT NULL,
	`configured` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `reports` (
	`sequence` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`name` text NOT NULL,
	`at` text NOT NULL,
	`comparison` text NOT NULL,
	`previous` text,
	`baseline` text,
	`targets` text NOT NULL,
	`verdict` text NOT NULL,
	`news` integer NOT NULL,
	`severity` text,
	`counts` text NOT NULL,
	`secrets` text NOT NULL,
	`definition` text NOT NULL,
	`told_until` integer NOT NULL,
	`header` integer NOT NULL,
	`items` integer NOT NULL,
	FOREIGN KEY (`header`) REFERENCES `documents`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`items`) REFERENCES `lists`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `reports_id_unique` ON `reports` (`id`);--> statement-breakpoint
CREATE INDEX `reports_by_name` ON `reports` (`name`,`sequence`);--> statement-breakpoint
CREATE INDEX `reports_by_time` ON `reports` (`at`);--> statement-breakpoint
CREATE TABLE `sent_routes` (
	`name` text NOT NULL,
	`route` text NOT NULL,
	`last_sent_at` text NOT NULL,
	PRIMARY KEY(`name`, `route`)
);
--> statement-breakpoint
CREATE TABLE `waiting_routes` (
	`sequence` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`name` text NOT NULL,
	`route` text NOT NULL,
	`until` text NOT NULL,
	`header` integer NOT NULL,
	`items` integer NOT NULL,
	FOREIGN KEY (`header`) REFERENCES `documents`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`items`) REFERENCES `lists`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `waiting_routes_by_name` ON `waiting_routes` (`name`,`route`);--> statement-breakpoint
CREATE INDEX `waiting_routes_by_time` ON `waiting_routes` (`until`);--> statement-breakpoint
CREATE TABLE `schedule_records` (
	`sequence` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`schedule` text NOT NULL,
	`due` text NOT NULL,
	`trigger` text NOT NULL,
	`outcome` text NOT NULL,
	`reason` text,
	`message` text,
	`run` text,
	`requested_by` text NOT NULL,
	`recorded_at` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `schedule_records_once` ON `schedule_records` (`schedule`,`due`) WHERE "trigger" <> 'run-now';--> statement-breakpoint
CREATE INDEX `schedule_records_by_schedule` ON `schedule_records` (`schedule`,`due`,`sequence`);--> statement-breakpoint
CREATE INDEX `schedule_records_by_due` ON `schedule_records` (`due`,`sequence`);--> statement-breakpoint
CREATE INDEX `schedule_records_by_run` ON `schedule_records` (`run`);--> statement-breakpoint
CREATE INDEX `schedule_records_by_time` ON `schedule_records` (`recorded_at`);--> statement-breakpoint
CREATE TABLE `schedule_states` (
	`name` text PRIMARY KEY NOT NULL,
	`key` text NOT NULL,
	`accounted_until` text NOT NULL,
	`paused` text
);
--> statement-breakpoint
CREATE TABLE `applied_versions` (
	`sequence` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`cluster` text NOT NULL,
	`group` text NOT NULL,
	`kind` text NOT NULL,
	`namespace` text NOT NULL,
	`name` text NOT NULL,
	`version` text,
	`revision` text,
	`attempted` text,
	`since` text NOT NULL,
	`after` text
);
--> statement-breakpoint
CREATE INDEX `applied_versions_by_object` ON `applied_versions` (`cluster`,`group`,`kind`,`namespace`,`name`,`sequence`);--> statement-breakpoint
CREATE INDEX `applied_versions_by_time` ON `applied_versions` (`since`);--> statement-breakpoint
CREATE TABLE `first_versions` (
	`cluster` text NOT NULL,
	`bucket` integer NOT NULL,
	`since` text NOT NULL,
	`steps` text NOT NULL,
	PRIMARY KEY(`cluster`, `bucket`)
);
