/**
 * Runs a topology's tasks against Kafka: group membership, transactions that are the checkpoints, restore from changelogs, and the
 * workers that drive it all. It knows nothing of YAML, SQL or RocksDB.
 *
 * <p>Start reading at {@link io.millrace.runtime.Instance}, then {@link io.millrace.runtime.Worker}.
 */
@NullMarked
package io.millrace.runtime;

import org.jspecify.annotations.NullMarked;
