DROP INDEX "jobs_state";--> statement-breakpoint
CREATE INDEX "jobs_state" ON "jobs" USING btree ("deployment_id","state","created_at");--> statement-breakpoint
ALTER TABLE "jobs" DROP COLUMN "auction_after";