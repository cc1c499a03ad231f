/**
 * The rankers as graphs: their params files, inputs, layers and outputs, and how a graph becomes a SavedModel.
 *
 * <p>A heavy ranker is an {@link io.pushrank.jobs.architecture.Architecture}, one record with its params and its layers; {@link
 * io.pushrank.jobs.architecture.HeavyRanker} puts the same inputs, tasks and losses around each of them. {@link
 * io.pushrank.jobs.architecture.LightRanker} is the light ranker. What makes weights of them is in {@code train}.
 */
package io.pushrank.jobs.architecture;
