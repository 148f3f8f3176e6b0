DROP INDEX "jobs_customer";--> statement-breakpoint
CREATE INDEX "jobs_not_final" ON "jobs" USING btree ("deployment_id","last_event_block") WHERE not "jobs"."final";--> statement-breakpoint
CREATE INDEX "jobs_customer" ON "jobs" USING btree ("deployment_id","customer","id");