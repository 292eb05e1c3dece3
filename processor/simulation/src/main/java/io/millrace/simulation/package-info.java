/**
 * Whole clusters on one thread: the real workers, restorers, assignor and transactions of several instances, over a Kafka cluster and disks
 * that are in memory, in virtual time. A seed decides who does what next, and what breaks between any two calls.
 *
 * <p>It knows nothing of YAML, SQL, RocksDB or the network. Start reading at {@link io.millrace.simulation.Simulation}.
 */
@NullMarked
package io.millrace.simulation;

import org.jspecify.annotations.NullMarked;
