DROP INDEX "leases_one_live";--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "bond" numeric(78, 0);--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "check_bps" integer;--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "stage" text;--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "stage_at" bigint;--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "stage_by" bigint;--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "round_from" integer;--> statement-breakpoint
CREATE UNIQUE INDEX "leases_one_live" ON "leases" USING btree ("job_id","attempt","role","node",coalesce("seat", -1)) WHERE state not in ('revoked', 'lost');