/** The Confluent schema-registry protocol over HTTP: schemas by id and by subject, cached, with retry and failover. */
@NullMarked
package io.millrace.serde.registry;

import org.jspecify.annotations.NullMarked;
