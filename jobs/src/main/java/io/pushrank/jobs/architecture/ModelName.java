package io.pushrank.jobs.architecture;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** What a params file calls a model: the value of key {@code model}, and the key of the model's own section. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@interface ModelName {
    String value();

    /** Keys of the file that this model has no use for: they must be absent, and are null. */
    String[] without() default {};
}
