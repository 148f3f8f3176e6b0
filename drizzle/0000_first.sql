CREATE TABLE "api_keys" (
	"id" text PRIMARY KEY NOT NULL,
	"address" text NOT NULL,
	"name" text NOT NULL,
	"prefix" text NOT NULL,
	"hash" text NOT NULL,
	"scopes" text[] NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	"last_used_at" timestamp with time zone,
	CONSTRAINT "api_keys_hash_unique" UNIQUE("hash")
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"token_hash" text PRIMARY KEY NOT NULL,
	"address" text NOT NULL,
	"chain_id" integer NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "siwe_nonces" (
	"nonce" text PRIMARY KEY NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "blocks" (
	"deployment_id" text NOT NULL,
	"number" bigint NOT NULL,
	"hash" text NOT NULL,
	"parent_hash" text NOT NULL,
	"timestamp" bigint NOT NULL,
	CONSTRAINT "blocks_deployment_id_number_pk" PRIMARY KEY("deployment_id","number")
);
--> statement-breakpoint
CREATE TABLE "chain_events" (
	"deployment_id" text NOT NULL,
	"block_hash" text NOT NULL,
	"log_index" integer NOT NULL,
	"block_number" bigint NOT NULL,
	"block_time" bigint NOT NULL,
	"transaction_hash" text NOT NULL,
	"contract" text NOT NULL,
	"name" text NOT NULL,
	"args" jsonb NOT NULL,
	"order_id" text,
	CONSTRAINT "chain_events_deployment_id_block_hash_log_index_pk" PRIMARY KEY("deployment_id","block_hash","log_index")
);
--> statement-breakpoint
CREATE TABLE "deployments" (
	"id" text PRIMARY KEY NOT NULL,
	"chain_id" integer NOT NULL,
	"code_hash" text NOT NULL,
	"addresses" jsonb NOT NULL,
	"from_block" bigint NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "intents" (
	"id" text PRIMARY KEY NOT NULL,
	"deployment_id" text NOT NULL,
	"key" text NOT NULL,
	"kind" text NOT NULL,
	"order_id" text,
	"job_id" text,
	"to" text NOT NULL,
	"data" text NOT NULL,
	"status" text DEFAULT 'queued' NOT NULL,
	"sender" text,
	"nonce" bigint,
	"gas" bigint,
	"max_fee_per_gas" bigint,
	"max_priority_fee_per_gas" bigint,
	"raw" text,
	"hashes" text[] DEFAULT '{}' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"block_hash" text,
	"block_number" bigint,
	"mined_hash" text,
	"error" text,
	"not_before" timestamp with time zone DEFAULT now() NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"sent_at" timestamp with time zone,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "intents_key" UNIQUE("deployment_id","key"),
	CONSTRAINT "intents_nonce" UNIQUE("deployment_id","sender","nonce")
);
--> statement-breakpoint
CREATE TABLE "reorganisations" (
	"id" text PRIMARY KEY NOT NULL,
	"deployment_id" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"from_block" bigint NOT NULL,
	"depth" integer NOT NULL,
	"undone" integer NOT NULL,
	"not_carried" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"resolved" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "content_chunks" (
	"sha256" text NOT NULL,
	"seq" integer NOT NULL,
	"data" "bytea" NOT NULL,
	CONSTRAINT "content_chunks_sha256_seq_pk" PRIMARY KEY("sha256","seq")
);
--> statement-breakpoint
CREATE TABLE "content_uses" (
	"sha256" text NOT NULL,
	"job_id" text NOT NULL,
	"lease_id" text DEFAULT '' NOT NULL,
	CONSTRAINT "content_uses_sha256_job_id_lease_id_pk" PRIMARY KEY("sha256","job_id","lease_id")
);
--> statement-breakpoint
CREATE TABLE "contents" (
	"sha256" text PRIMARY KEY NOT NULL,
	"bytes" bigint NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "bids" (
	"id" text PRIMARY KEY NOT NULL,
	"job_id" text NOT NULL,
	"attempt" integer NOT NULL,
	"round" integer DEFAULT 1 NOT NULL,
	"node" text NOT NULL,
	"price" numeric(78, 0),
	"rate" numeric(78, 0),
	"valid_until" bigint,
	"signature" text,
	"decision" text NOT NULL,
	"reason" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "leases" (
	"id" text PRIMARY KEY NOT NULL,
	"fence" bigint GENERATED ALWAYS AS IDENTITY (sequence name "leases_fence_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"deployment_id" text NOT NULL,
	"job_id" text NOT NULL,
	"order_id" text NOT NULL,
	"attempt" integer NOT NULL,
	"role" text NOT NULL,
	"seat" integer,
	"node" text NOT NULL,
	"state" text DEFAULT 'waiting' NOT NULL,
	"token_hash" text NOT NULL,
	"lease_until" timestamp with time zone NOT NULL,
	"start_signature" text,
	"manifest" jsonb,
	"detail" text,
	"truncated" boolean DEFAULT false NOT NULL,
	"opening" jsonb,
	"result_signature" text,
	"commitment" text,
	"seal" text,
	"seal_signature" text,
	"reveal" jsonb,
	"reveal_signature" text,
	"opened_at" timestamp with time zone,
	"granted_at" timestamp with time zone,
	"started_at" timestamp with time zone,
	"ended_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"reason" text
);
--> statement-breakpoint
CREATE TABLE "log_entries" (
	"lease_id" text NOT NULL,
	"seq" integer NOT NULL,
	"stream" text NOT NULL,
	"text" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "log_entries_lease_id_seq_pk" PRIMARY KEY("lease_id","seq")
);
--> statement-breakpoint
CREATE TABLE "job_events" (
	"job_id" text NOT NULL,
	"seq" integer NOT NULL,
	"kind" text NOT NULL,
	"from_state" text,
	"to_state" text NOT NULL,
	"revision" integer NOT NULL,
	"data" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"transaction_hash" text,
	"block_hash" text,
	"block_number" bigint,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "job_events_job_id_seq_pk" PRIMARY KEY("job_id","seq")
);
--> statement-breakpoint
CREATE TABLE "jobs" (
	"id" text PRIMARY KEY NOT NULL,
	"deployment_id" text NOT NULL,
	"customer" text NOT NULL,
	"title" text NOT NULL,
	"state" text NOT NULL,
	"revision" integer DEFAULT 1 NOT NULL,
	"spec" jsonb,
	"runtime" text NOT NULL,
	"spec_hash" text NOT NULL,
	"order_id" text NOT NULL,
	"order" jsonb NOT NULL,
	"order_signature" text NOT NULL,
	"verdict_hash" text,
	"max_price" numeric(78, 0) NOT NULL,
	"on_chain" boolean DEFAULT false NOT NULL,
	"locked" numeric(78, 0),
	"attempt" integer DEFAULT 0 NOT NULL,
	"node" text,
	"price" numeric(78, 0),
	"rate" numeric(78, 0),
	"base" numeric(78, 0),
	"awarded_at" bigint,
	"start_by" bigint,
	"soft_deadline" bigint,
	"hard_deadline" bigint,
	"started_at" bigint,
	"commitment" text,
	"finished_at" bigint,
	"seed_block" bigint,
	"members" text[],
	"seal_by" bigint,
	"reveal_by" bigint,
	"sealed" text[],
	"revealed" text[],
	"settlement" text,
	"node_pay" numeric(78, 0),
	"fee" numeric(78, 0),
	"members_paid" numeric(78, 0),
	"refund" numeric(78, 0),
	"slashed" numeric(78, 0),
	"penalty" numeric(78, 0),
	"final" boolean DEFAULT false NOT NULL,
	"last_event_block" bigint,
	"outcome" text,
	"exit_code" integer,
	"waiting" text,
	"auction_after" timestamp with time zone DEFAULT now() NOT NULL,
	"data_deleted_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "jobs_order" UNIQUE("deployment_id","order_id")
);
--> statement-breakpoint
CREATE TABLE "outbox" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "outbox_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"topic" text NOT NULL,
	"payload" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "node_sessions" (
	"deployment_id" text NOT NULL,
	"node" text NOT NULL,
	"server_id" text NOT NULL,
	"socket_id" text NOT NULL,
	"announcement" jsonb NOT NULL,
	"load" double precision DEFAULT 0 NOT NULL,
	"draining" boolean DEFAULT false NOT NULL,
	"connected_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	"disconnected_at" timestamp with time zone,
	CONSTRAINT "node_sessions_deployment_id_node_pk" PRIMARY KEY("deployment_id","node")
);
--> statement-breakpoint
CREATE TABLE "nodes" (
	"deployment_id" text NOT NULL,
	"node" text NOT NULL,
	"owner" text NOT NULL,
	"gpu_class" integer NOT NULL,
	"ask" numeric(78, 0) NOT NULL,
	"bond" numeric(78, 0) NOT NULL,
	"locked_bond" numeric(78, 0) NOT NULL,
	"active" boolean NOT NULL,
	"registered_at" bigint NOT NULL,
	CONSTRAINT "nodes_deployment_id_node_pk" PRIMARY KEY("deployment_id","node")
);
--> statement-breakpoint
CREATE TABLE "audit_log" (
	"id" text PRIMARY KEY NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"actor" text NOT NULL,
	"action" text NOT NULL,
	"subject" text NOT NULL,
	"details" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "verdicts" (
	"content_hash" text PRIMARY KEY NOT NULL,
	"decision" text NOT NULL,
	"reasons" jsonb NOT NULL,
	"decided_by" text DEFAULT 'rules' NOT NULL,
	"admin" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"decided_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE INDEX "api_keys_address" ON "api_keys" USING btree ("address");--> statement-breakpoint
CREATE INDEX "sessions_address" ON "sessions" USING btree ("address");--> statement-breakpoint
CREATE INDEX "chain_events_order" ON "chain_events" USING btree ("deployment_id","order_id","block_number","log_index");--> statement-breakpoint
CREATE INDEX "chain_events_block" ON "chain_events" USING btree ("deployment_id","block_number");--> statement-breakpoint
CREATE INDEX "chain_events_name" ON "chain_events" USING btree ("deployment_id","name","block_number");--> statement-breakpoint
CREATE INDEX "chain_events_transaction" ON "chain_events" USING btree ("transaction_hash");--> statement-breakpoint
CREATE INDEX "intents_status" ON "intents" USING btree ("deployment_id","status","not_before");--> statement-breakpoint
CREATE INDEX "intents_job" ON "intents" USING btree ("job_id");--> statement-breakpoint
CREATE INDEX "content_uses_job" ON "content_uses" USING btree ("job_id");--> statement-breakpoint
CREATE INDEX "bids_job" ON "bids" USING btree ("job_id","attempt");--> statement-breakpoint
CREATE UNIQUE INDEX "leases_one_live" ON "leases" USING btree ("job_id","attempt","role","node") WHERE state not in ('revoked', 'lost');--> statement-breakpoint
CREATE INDEX "leases_waiting" ON "leases" USING btree ("node","state");--> statement-breakpoint
CREATE INDEX "leases_until" ON "leases" USING btree ("state","lease_until");--> statement-breakpoint
CREATE INDEX "leases_job" ON "leases" USING btree ("job_id","attempt");--> statement-breakpoint
CREATE INDEX "jobs_customer" ON "jobs" USING btree ("customer","created_at");--> statement-breakpoint
CREATE INDEX "jobs_state" ON "jobs" USING btree ("deployment_id","state","auction_after");--> statement-breakpoint
-- The audit log is written once: nobody changes or deletes a row, not even by mistake.
CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$;
--> statement-breakpoint
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_log" FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
