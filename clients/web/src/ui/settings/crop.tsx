// SPDX-License-Identifier: Apache-2.0
// Cuts a square out of a picture: drag, wheel, arrow keys and a slider. What comes out is drawn anew, so that nothing else that was in the
// file (places, names of cameras) goes along.

import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../../i18n';
import { Dialog } from '../common/dialog';
import { s } from './parts';

const SIDE = 288; // px on the screen
const OUT = 256; // px of what is made
const ZOOM_MAX = 4;
const STEP = 8;

interface View {
	x: number; // of the picture's middle, from the middle of the square, in screen px
	y: number;
	zoom: number; // 1: the shorter side fills the square
}

type Source = ImageBitmap;

function within(v: View, of: Source): View {
	const scale = (SIDE / Math.min(of.width, of.height)) * v.zoom;
	const mx = Math.max(0, (of.width * scale - SIDE) / 2);
	const my = Math.max(0, (of.height * scale - SIDE) / 2);
	return { x: Math.max(-mx, Math.min(mx, v.x)), y: Math.max(-my, Math.min(my, v.y)), zoom: v.zoom };
}

function draw(canvas: HTMLCanvasElement, of: Source, v: View): void {
	const c = canvas.getContext('2d');
	if (!c) return;
	const k = canvas.width / SIDE;
	const scale = (SIDE / Math.min(of.width, of.height)) * v.zoom * k;
	c.imageSmoothingQuality = 'high';
	c.fillStyle = '#fff'; // under what is transparent
	c.fillRect(0, 0, canvas.width, canvas.height);
	c.drawImage(
		of,
		canvas.width / 2 + v.x * k - (of.width * scale) / 2,
		canvas.height / 2 + v.y * k - (of.height * scale) / 2,
		of.width * scale,
		of.height * scale,
	);
}

function made(of: Source, v: View): Promise<Blob | null> {
	const canvas = document.createElement('canvas');
	canvas.width = canvas.height = OUT;
	draw(canvas, of, v);
	return new Promise((done) => canvas.toBlob(done, 'image/jpeg', 0.88));
}

const keys: Record<string, readonly [number, number]> = {
	ArrowLeft: [-STEP, 0],
	ArrowRight: [STEP, 0],
	ArrowUp: [0, -STEP],
	ArrowDown: [0, STEP],
};

interface Props {
	file: File;
	onUse: (image: Blob) => Promise<void>;
	onBad: () => void;
	onClose: () => void;
}

export function Crop({ file, onUse, onBad, onClose }: Props) {
	const source = useSignal<Source | null>(null);
	const view = useSignal<View>({ x: 0, y: 0, zoom: 1 });
	const canvas = useRef<HTMLCanvasElement>(null);
	const grip = useRef<{ x: number; y: number; from: View } | null>(null);
	useEffect(() => {
		let here = true;
		createImageBitmap(file).then(
			(b) => here && (source.value = b),
			() => {
				if (!here) return;
				onBad();
				onClose();
			},
		);
		return () => {
			here = false;
		};
	}, [file]);
	const of = source.value;
	const v = view.value;
	useEffect(() => {
		if (of && canvas.current) draw(canvas.current, of, v);
	}, [of, v]);
	const move = (to: View) => of && (view.value = within(to, of));
	const use = async () => {
		const image = of && (await made(of, v));
		if (!image) return onBad();
		onClose();
		await onUse(image);
	};
	return (
		<Dialog title={s('cropTitle')} onClose={onClose}>
			<p class="dialog-lead">{s('cropHint')}</p>
			<canvas
				ref={canvas}
				class="crop"
				width={SIDE * 2}
				height={SIDE * 2}
				tabIndex={0}
				role="application"
				aria-label={s('cropArea')}
				onPointerDown={(e) => {
					e.currentTarget.setPointerCapture(e.pointerId);
					grip.current = { x: e.clientX, y: e.clientY, from: v };
				}}
				onPointerMove={(e) => {
					const g = grip.current;
					if (g) move({ ...g.from, x: g.from.x + e.clientX - g.x, y: g.from.y + e.clientY - g.y });
				}}
				onPointerUp={() => (grip.current = null)}
				onPointerCancel={() => (grip.current = null)}
				onWheel={(e) => {
					e.preventDefault();
					move({ ...v, zoom: Math.max(1, Math.min(ZOOM_MAX, v.zoom * (e.deltaY < 0 ? 1.08 : 1 / 1.08))) });
				}}
				onKeyDown={(e) => {
					const by = keys[e.key];
					if (!by) return;
					e.preventDefault();
					move({ ...v, x: v.x + by[0], y: v.y + by[1] });
				}}
			/>
			<label class="crop-zoom">
				<span>{s('zoom')}</span>
				<input
					type="range"
					min={1}
					max={ZOOM_MAX}
					step={0.05}
					value={v.zoom}
					onInput={(e) => move({ ...v, zoom: Number(e.currentTarget.value) })}
				/>
			</label>
			<div class="dialog-foot">
				<button type="button" class="button" onClick={onClose}>
					{t('common.cancel')}
				</button>
				<button type="button" class="button primary" aria-disabled={!of} onClick={() => void use()}>
					{s('use')}
				</button>
			</div>
		</Dialog>
	);
}
