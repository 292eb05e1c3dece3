/**
 * What Millrace is compared with: the same works as an expert would write them with Kafka Streams and with plain clients. Each
 * peer is a process of its own, which runs until its stdin ends.
 */
@NullMarked
package io.millrace.benchmarks.peers;

import org.jspecify.annotations.NullMarked;
