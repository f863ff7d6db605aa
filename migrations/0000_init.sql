CREATE TABLE `comparisons` (
	`sequence` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`at` text NOT NULL,
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
CREATE TABLE `documents` (
	`id` integer PRIMARY KEY NOT NULL,
	`digest` blob NOT NULL,
	`json` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `documents_digest_unique` ON `documents` (`digest`);--> statement-breakpoint
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
CREATE INDEX `snapshots_by_time` ON `snapshots` (`cluster`,`taken_ms`);