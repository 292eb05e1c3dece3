/**
 * The state API on RocksDB: one database per task, one column family per store, one memory bound for all. Every native handle
 * is made and closed here. It knows nothing of Kafka: what a position record says is its caller's business.
 */
@NullMarked
package io.millrace.state.rocksdb;

import org.jspecify.annotations.NullMarked;
