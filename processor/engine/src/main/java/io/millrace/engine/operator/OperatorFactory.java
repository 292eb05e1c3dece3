package io.millrace.engine.operator;

/** Makes one operator per task. Shared by all workers, so it must be immutable or thread-safe. */
@FunctionalInterface
public interface OperatorFactory {
    Operator create(OperatorContext context);
}
