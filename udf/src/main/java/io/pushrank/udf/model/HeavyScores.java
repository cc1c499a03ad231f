package io.pushrank.udf.model;

/**
 * The heavy ranker's outputs, one value a row of the batch.
 *
 * @param pOonc probability that the notification is opened, or clicked in the notifications tab
 * @param pEngagement probability that it is opened AND the post is engaged with after that
 * @param score weighted mean of the two: what candidates are ordered by
 */
@SuppressWarnings("ArrayRecordComponent") // Flat float arrays: boxing every score would cost more than it tells.
public record HeavyScores(float[] pOonc, float[] pEngagement, float[] score) {}
